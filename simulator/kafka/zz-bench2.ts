import { createCluster } from '#simulator/kafka/cluster.ts'
import { createWorld } from '#simulator/world/world.ts'

async function run(k: number) {
  const world = createWorld({ seed: 1 })
  await world.enter(async () => {
    const cluster = createCluster({ runtime: world.runtime, topics: [{ topic: 'a', partitions: 3 }] })
    world.spawn({
      name: 'inventory',
      start: async () => {
        if (k < 1) return
        const kafka = new cluster.Kafka({ clientId: 'inventory' })
        if (k < 2) return
        const c = kafka.consumer({ groupId: 'g' })
        if (k < 3) return
        await c.connect()
        await c.subscribe({ topics: ['a'], fromBeginning: true })
        if (k < 4) return
        await c.run({
          eachMessage: async ({ message }) => {
            JSON.parse(message.value!.toString())
          },
        })
      },
    })
    world.spawn({
      name: 'shop',
      start: async () => {
        if (k < 5) return
        const p = new cluster.Kafka({ clientId: 'shop' }).producer()
        await p.connect()
        if (k < 6) return
        for (let i = 0; i < k - 5; i++)
          await p.send({
            topic: 'a',
            messages: [{ key: 'order-' + i, value: '{"id":1,"type":"OrderPlaced"}' }],
          })
      },
    })
    await world.settle()
  })
  return world.steps
}
const now = () => Number(process.hrtime.bigint()) / 1000
for (const k of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
  for (let i = 0; i < 200; i++) await run(k)
  let best = 1e9,
    steps = 0
  for (let r = 0; r < 8; r++) {
    const t = now()
    for (let i = 0; i < 200; i++) steps = await run(k)
    best = Math.min(best, (now() - t) / 200)
  }
  console.log(k, best.toFixed(0), steps)
}
