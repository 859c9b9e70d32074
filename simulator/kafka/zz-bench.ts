import { createCluster } from '#simulator/kafka/cluster.ts'
import { createWorld } from '#simulator/world/world.ts'

async function run(n: number, batch = 1) {
  const world = createWorld({ seed: 1 })
  let seen = 0
  await world.enter(async () => {
    const cluster = createCluster({ runtime: world.runtime, topics: [{ topic: 'a', partitions: 3 }] })
    world.spawn({
      name: 'inventory',
      start: async () => {
        const c = new cluster.Kafka({ clientId: 'inventory' }).consumer({ groupId: 'g' })
        await c.connect()
        await c.subscribe({ topics: ['a'], fromBeginning: true })
        await c.run({
          eachMessage: async ({ message }) => {
            JSON.parse(message.value!.toString())
            seen++
          },
        })
      },
    })
    world.spawn({
      name: 'shop',
      start: async () => {
        const p = new cluster.Kafka({ clientId: 'shop' }).producer()
        await p.connect()
        for (let i = 0; i < n; i += batch)
          await p.send({
            topic: 'a',
            messages: Array.from({ length: batch }, (_, k) => ({
              key: 'order-' + (i + k),
              value: JSON.stringify({
                id: 'e' + (i + k),
                type: 'OrderPlaced',
                version: 1,
                time: '2026-01-05T09:00:00Z',
                data: { total: 1234, items: [{ sku: 'a', quantity: 2 }] },
              }),
            })),
          })
      },
    })
    await world.settle()
  })
  if (seen !== n) throw new Error('seen ' + seen)
  return world.steps
}
const now = () => Number(process.hrtime.bigint()) / 1000
for (let i = 0; i < 500; i++) await run(4)
let t = now()
const N = 3000
let steps = 0
for (let i = 0; i < N; i++) steps += await run(4)
console.log('4 messages: µs/run', ((now() - t) / N).toFixed(1), 'steps', steps / N)
if (process.argv[2]) process.exit(0)
t = now()
await run(20000)
console.log('single sends msg/s', (20000 / ((now() - t) / 1e6)).toFixed(0))
t = now()
await run(100000, 100)
console.log('batches of 100 msg/s', (100000 / ((now() - t) / 1e6)).toFixed(0))
console.log('heap', process.memoryUsage().heapUsed / 1e6)
