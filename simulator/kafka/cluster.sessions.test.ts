import { describe, expect, it } from 'vitest'
import { placed, simulate } from './testing.ts'

const TOPIC = 'order.events'
const topics = [{ topic: TOPIC, partitions: 2 }]
const everywhere = (...orders: string[]) =>
  placed(...orders).map((message, index) => ({ ...message, partition: index % 2 }))

describe('the session of a member', () => {
  it('never expires by idling, however long the group waits', async () => {
    await simulate({ topics }, async run => {
      run.consume({ process: 'inventory', topic: TOPIC })
      run.send('shop', async producer => {
        await new Promise(resolve => setTimeout(resolve, 3_600_000))
        await producer.send({ topic: TOPIC, messages: placed('order-1') })
      })
      await run.settle()
      expect(run.of('kafka.group').map(({ generation, state }) => [generation, state])).toEqual([
        [0, 'PreparingRebalance'],
        [1, 'Stable'],
      ])
      expect(run.of('kafka.handled')).toHaveLength(1)
      // An hour of idle long polls would be thousands of steps.
      expect(run.world.steps).toBeLessThan(100)
    })
  })

  it('lets another take over the partitions of a dead process only once it has expired', async () => {
    const faults = [{ kind: 'down', service: 'inventory-b', from: 10_000 }]
    await simulate({ topics, faults }, async run => {
      for (const process of ['inventory-a', 'inventory-b'])
        run.consume({ process, topic: TOPIC, group: 'inventory' })
      run.send('shop', async producer => {
        await new Promise(resolve => setTimeout(resolve, 12_000))
        await producer.send({ topic: TOPIC, messages: everywhere('order-1', 'order-2') })
      })
      await run.settle()
      const taken = run.of('kafka.deliver').find(({ process, t }) => process === 'inventory-a' && t > 20_000)
      expect(taken!.t).toBeGreaterThan(35_000)
      expect(taken!.t).toBeLessThan(50_000)
      expect(run.cluster.lag('inventory').map(({ messages }) => messages)).toEqual([0, 0])
    })
  })

  it('expires while the process is frozen: its partition goes on elsewhere, and the zombie cannot commit', async () => {
    const faults = [{ kind: 'pause', at: 'inventory-b/deliver order-1/OrderPlaced#1', for: 120_000 }]
    await simulate({ topics: [{ topic: TOPIC, partitions: 1 }], faults }, async run => {
      const handled: string[] = []
      // The lowest id gets the only partition.
      for (const process of ['inventory-b', 'inventory-c']) {
        const handler = async () => {
          await new Promise(resolve => setTimeout(resolve, 10))
          handled.push(process)
        }
        run.consume({ process, topic: TOPIC, group: 'inventory', handler })
      }
      await run.settle()
      run.send(
        'shop',
        async producer => void (await producer.send({ topic: TOPIC, messages: placed('order-1') })),
      )
      await run.settle()
      expect(handled).toEqual(['inventory-c', 'inventory-b'])
      const commits = run.of('kafka.commit')
      expect(commits.map(({ process, offset }) => [process, offset])).toEqual([['inventory-c', 1]])
      expect(run.of('log').map(({ message }) => message)).toContain(
        '[Runner] The coordinator is not aware of this member, re-joining the group',
      )
      expect(
        run.cluster
          .groups()[0]!
          .members.map(({ process }) => process)
          .sort(),
      ).toEqual(['inventory-b', 'inventory-c'])
    })
  })

  it('is kept by a member that is asked to rejoin while it waits for messages', async () => {
    await simulate({ topics }, async run => {
      run.consume({ process: 'inventory-a', topic: TOPIC, group: 'inventory' })
      await run.settle()
      run.consume({ process: 'inventory-b', topic: TOPIC, group: 'inventory' })
      await run.settle()
      const [group] = run.cluster.groups()
      expect(group).toMatchObject({ state: 'Stable', generation: 2 })
      expect(group!.members.map(({ process }) => process)).toEqual(['inventory-a', 'inventory-b'])
      // The first hears of the rebalance when its long poll ends, after five seconds at most.
      expect(run.of('kafka.group').at(-1)!.t).toBeLessThan(10_000)
    })
  })

  it('leaves no ghost when the connection breaks: the group is complete again after the session timeout', async () => {
    const faults = [{ kind: 'disconnected', service: 'inventory-b', from: 20_000, for: 60_000 }]
    await simulate({ topics, faults }, async run => {
      for (const process of ['inventory-a', 'inventory-b'])
        run.consume({ process, topic: TOPIC, group: 'inventory' })
      run.send('shop', async producer => {
        await new Promise(resolve => setTimeout(resolve, 25_000))
        await producer.send({ topic: TOPIC, messages: everywhere('order-1', 'order-2') })
      })
      await run.settle()
      const [group] = run.cluster.groups()
      expect(group!.members.map(({ process }) => process).sort()).toEqual(['inventory-a', 'inventory-b'])
      expect(run.cluster.lag('inventory').map(({ messages }) => messages)).toEqual([0, 0])
      const during = run.of('kafka.deliver').filter(({ t }) => t > 50_000 && t < 80_000)
      expect(during.map(({ process }) => process)).toEqual(['inventory-a'])
    })
  })

  it('waits for more members first when the cluster is told to', async () => {
    await simulate({ topics, initialRebalanceDelayMs: 3_000 }, async run => {
      for (const process of ['inventory-a', 'inventory-b'])
        run.consume({ process, topic: TOPIC, group: 'inventory' })
      await run.settle()
      expect(
        run.of('kafka.group').map(({ state, generation, members }) => [state, generation, members.length]),
      ).toEqual([
        ['PreparingRebalance', 0, 1],
        ['Stable', 1, 2],
      ])
    })
  })
})
