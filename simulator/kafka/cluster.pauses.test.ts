import { describe, expect, it } from 'vitest'
import { placed, type Run, simulate } from './testing.ts'

const ORDERS = 'order.events'
const GOODS = 'warehouse.events'

interface Pauses {
  /** How long the partition stays paused; undefined: for ever. */
  readonly pauseMs: number | undefined
  readonly topics?: readonly string[]
  readonly brokers?: number
}

/** A consumer that pauses the partition at its first message, as one does whose database is down, and fails. */
async function consume({ pauseMs, topics = [ORDERS, GOODS], brokers = 1 }: Pauses) {
  const handled: string[] = []
  let run: Run | undefined
  await simulate({ topics: topics.map(topic => ({ topic, partitions: 1 })), brokers }, async made => {
    run = made
    made.cluster.append(ORDERS, placed('order-1', 'order-2'))
    made.world.spawn({
      name: 'inventory',
      start: async () => {
        const consumer = new made.cluster.Kafka({ clientId: 'inventory' }).consumer({ groupId: 'inventory' })
        await consumer.connect()
        await consumer.subscribe({ topics: [...topics], fromBeginning: true })
        let hasPaused = false
        await consumer.run({
          eachMessage: async ({ message, pause }) => {
            if (hasPaused) return void handled.push(String(message.key))
            hasPaused = true
            const resume = pause()
            if (pauseMs !== undefined) setTimeout(resume, pauseMs)
            throw new Error('the database is down')
          },
        })
      },
    })
    expect((await made.settle()).reason).toBe('settled')
  })
  return { handled, steps: run!.world.steps, elapsedMs: run!.world.elapsedMs }
}

describe('a run in which a partition is paused', () => {
  it.each([1_000, 4_900, 30_000, 119_000, 3_600_000])(
    'goes on until it was resumed (after %i ms) and its messages were read',
    async pauseMs => {
      expect((await consume({ pauseMs })).handled).toEqual(['order-1', 'order-2'])
    },
  )

  it.each([1_000, 30_000, 3_600_000])(
    'does so when it is the only one, and nothing is fetched meanwhile (%i ms)',
    async pauseMs => {
      expect((await consume({ pauseMs, topics: [ORDERS] })).handled).toEqual(['order-1', 'order-2'])
    },
  )

  it('does so when its node leads no other partition of the group', async () => {
    expect((await consume({ pauseMs: 30_000, brokers: 2 })).handled).toEqual(['order-1', 'order-2'])
  })

  it('ends when it is never resumed, soon', async () => {
    const { handled, elapsedMs, steps } = await consume({ pauseMs: undefined })
    expect(handled).toEqual([])
    expect(elapsedMs).toBeLessThan(200_000)
    expect(steps).toBeLessThan(500)
  })

  it('skips most of a long pause', async () => {
    expect((await consume({ pauseMs: 40 * 3_600_000 })).steps).toBeLessThan(500)
  })
})

describe('a run in which nothing is paused', () => {
  it('does not wait because each node is asked for its own partitions only', async () => {
    const topics = [{ topic: ORDERS, partitions: 2 }]
    await simulate({ topics, brokers: 2 }, async run => {
      const handler = () => new Promise<void>(resolve => setTimeout(resolve, 50))
      run.consume({ process: 'inventory', topic: ORDERS, handler })
      const orders = placed('order-1', 'order-2', 'order-3', 'order-4')
      run.cluster.append(
        ORDERS,
        orders.map((order, index) => ({ ...order, partition: index % 2 })),
      )
      await run.settle()
      expect(run.of('kafka.handled')).toHaveLength(4)
      expect(run.world.elapsedMs).toBeLessThan(5_000)
    })
  })
})
