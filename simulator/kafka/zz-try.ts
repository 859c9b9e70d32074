import { createCluster } from '#simulator/kafka/cluster.ts'
import { createWorld } from '#simulator/world/world.ts'

const records: any[] = []
const world = createWorld({
  seed: 1,
  faults: JSON.parse(process.argv[2] ?? '[]'),
  onRecord: r => records.push(r),
})
await world.enter(async () => {
  const cluster = createCluster({ runtime: world.runtime, topics: [{ topic: 'a', partitions: 3 }] })
  world.spawn({
    name: 'inventory',
    start: async () => {
      const kafka = new cluster.Kafka({ clientId: 'inventory' })
      const c = kafka.consumer({ groupId: 'g' })
      await c.connect()
      await c.subscribe({ topics: ['a'], fromBeginning: true })
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
      const p = new cluster.Kafka({ clientId: 'shop' }).producer()
      await p.connect()
      for (let i = 0; i < 4; i++)
        await p.send({
          topic: 'a',
          messages: [{ key: 'order-' + i, value: JSON.stringify({ id: i, type: 'OrderPlaced' }) }],
        })
    },
  })
  console.log(await world.settle(), world.steps, world.elapsedMs)
  world.heal()
  console.log(await world.settle(), world.steps, world.elapsedMs)
  console.log(cluster.lag('g'))
})
for (const r of records) console.log(JSON.stringify(r))
