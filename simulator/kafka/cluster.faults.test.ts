import { describe, expect, it } from 'vitest'
import type { Fault } from '#simulator/world/runtime.ts'
import { placed, type Run, simulate } from './testing.ts'

const TOPIC = 'order.events'
const topics = [{ topic: TOPIC, partitions: 1 }]

/** Sends orders one by one and has `inventory` handle them; returns what it handled, in order. */
async function handledUnder(
  faults: Fault[],
  {
    orders = ['order-1', 'order-2', 'order-3'],
    check,
  }: { orders?: string[]; check?: (run: Run) => void } = {},
): Promise<string[]> {
  const handled: string[] = []
  await simulate({ topics, faults }, async run => {
    run.consume({
      process: 'inventory',
      topic: TOPIC,
      handler: ({ message }) => void handled.push(String(message.key)),
    })
    run.send('shop', async producer => {
      for (const order of orders) await producer.send({ topic: TOPIC, messages: placed(order) })
    })
    await run.settle()
    run.world.heal()
    await run.settle()
    check?.(run)
  })
  return handled
}

const deliver = (order: string) => `inventory/deliver ${order}/OrderPlaced#1`
const send = (order: string) => `shop/send ${order}/OrderPlaced#1`

describe('without faults', () => {
  it('handles every message once and commits all', async () => {
    const check = ({ cluster }: Run) => expect(cluster.committedOffset('inventory', TOPIC, 0)).toBe(3)
    expect(await handledUnder([], { check })).toEqual(['order-1', 'order-2', 'order-3'])
  })
})

describe('duplicate', () => {
  const duplicate = (when?: string, by?: number): Fault => ({
    kind: 'duplicate',
    at: deliver('order-2'),
    ...(when === undefined ? {} : { when }),
    ...(by === undefined ? {} : { by }),
  })

  it('hands a message over again right after it was handled', async () => {
    const check = (run: Run) => {
      const deliveries = run.of('kafka.deliver').filter(({ offset }) => offset === 1)
      expect(deliveries.map(({ redelivery }) => redelivery)).toEqual([false, true])
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(3)
    }
    expect(await handledUnder([duplicate()], { check })).toEqual(['order-1', 'order-2', 'order-2', 'order-3'])
  })

  it('hands it over twice at the same time', async () => {
    let most = 0
    await simulate({ topics, faults: [duplicate('concurrently')] }, async run => {
      let running = 0
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: async () => {
          most = Math.max(most, ++running)
          await new Promise(resolve => setTimeout(resolve, 10))
          running--
        },
      })
      run.send(
        'shop',
        async producer => void (await producer.send({ topic: TOPIC, messages: placed('order-2') })),
      )
      await run.settle()
    })
    expect(most).toBe(2)
  })

  it('gives the second handler bytes of its own', async () => {
    const values: string[] = []
    await simulate({ topics, faults: [duplicate()] }, async run => {
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => {
          values.push(String(message.value))
          message.value!.fill(0)
        },
      })
      run.send(
        'shop',
        async producer => void (await producer.send({ topic: TOPIC, messages: placed('order-2') })),
      )
      await run.settle()
    })
    expect(values[0]).toBe(values[1])
  })

  it('crashes the process before it commits, so that the restarted one gets the message again', async () => {
    const check = ({ trace }: Run) =>
      expect(trace.filter(({ kind }) => String(kind) === 'process.crash')).toHaveLength(1)
    const handled = await handledUnder([duplicate('after-restart')], { check })
    expect(handled.filter(order => order === 'order-2')).toHaveLength(2)
    expect(handled.at(-1)).toBe('order-3')
  })

  it('comes again a day later, when an operator resets the group', async () => {
    const check = (run: Run) => {
      const [first, second] = run.of('kafka.deliver').filter(({ offset }) => offset === 1)
      expect(second!.t - first!.t).toBeGreaterThanOrEqual(86_400_000)
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(3)
    }
    expect(await handledUnder([duplicate('later')], { check })).toEqual([
      'order-1',
      'order-2',
      'order-3',
      'order-2',
      'order-3',
    ])
  })

  it('goes to another owner when the member is expelled before it commits', async () => {
    const deliveries: { process: string; key: string }[] = []
    // Its id sorts first, so it is given the only partition.
    const at = 'inventory-2/deliver order-2/OrderPlaced#1'
    await simulate({ topics, faults: [{ ...duplicate('other-owner'), at }] }, async run => {
      for (const process of ['inventory', 'inventory-2']) {
        run.consume({
          process,
          topic: TOPIC,
          group: 'inventory',
          service: 'inventory',
          handler: ({ message }) => void deliveries.push({ process, key: String(message.key) }),
        })
      }
      await run.settle()
      run.send(
        'shop',
        async producer => void (await producer.send({ topic: TOPIC, messages: placed('order-2') })),
      )
      await run.settle()
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(1)
    })
    expect(deliveries).toEqual([
      { process: 'inventory-2', key: 'order-2' },
      { process: 'inventory', key: 'order-2' },
    ])
  })
})

describe('hold', () => {
  it('keeps a message and all behind it back, without a second visit and without losing any', async () => {
    const check = (run: Run) => {
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(3)
      // It waits at the broker: a client that asked again and again would take thousands of steps.
      expect(run.world.steps).toBeLessThan(50)
      const [, second] = run.of('kafka.deliver')
      expect(second!.t).toBeGreaterThanOrEqual(7_000)
      const visits = [...run.world.sites.entries()].filter(
        ([site]) => site === 'inventory/deliver order-2/OrderPlaced',
      )
      expect(visits).toEqual([['inventory/deliver order-2/OrderPlaced', 1]])
    }
    const hold = { kind: 'hold', at: deliver('order-2'), by: 7_000 }
    expect(await handledUnder([hold], { check })).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('lets the other partitions of the same consumer go on', async () => {
    const handled: string[] = []
    const faults = [{ kind: 'hold', at: deliver('order-a') }]
    await simulate({ topics: [{ topic: TOPIC, partitions: 2 }], faults }, async run => {
      run.cluster.append(TOPIC, [
        ...placed('order-a').map(message => ({ ...message, partition: 0 })),
        ...placed('order-b').map(message => ({ ...message, partition: 1 })),
      ])
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => void handled.push(String(message.key)),
      })
      await run.settle()
    })
    expect(handled).toEqual(['order-b', 'order-a'])
  })

  it('holds a whole batch and hands it over untouched', async () => {
    const batches: string[][] = []
    await simulate({ topics, faults: [{ kind: 'hold', at: deliver('order-1') }] }, async run => {
      run.cluster.append(TOPIC, placed('order-1', 'order-2'))
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        run: {
          eachMessage: undefined,
          eachBatch: async ({ batch }: { batch: { messages: { key: Buffer }[] } }) =>
            void batches.push(batch.messages.map(({ key }) => String(key))),
        },
      })
      await run.settle()
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(2)
    })
    expect(batches).toEqual([['order-1', 'order-2']])
  })

  it('delays a send, and what the same connection sends after it', async () => {
    const faults = [{ kind: 'hold', at: send('order-1'), by: 5_000 }]
    await simulate({ topics, faults }, async run => {
      run.send('shop', async producer => {
        await producer.send({ topic: TOPIC, messages: placed('order-0') })
        const first = producer.send({ topic: TOPIC, messages: placed('order-1') })
        await new Promise(resolve => setTimeout(resolve, 100))
        await Promise.all([first, producer.send({ topic: TOPIC, messages: placed('order-2') })])
      })
      await run.settle()
      const appended = run.of('kafka.append')
      expect(appended.map(({ key }) => key)).toEqual(['order-0', 'order-1', 'order-2'])
      expect(appended[2]!.t).toBeGreaterThanOrEqual(5_000)
    })
  })
})

describe('faults of a send', () => {
  it('duplicates a message whose acknowledgement was lost, 30 seconds later', async () => {
    const check = (run: Run) => {
      const appended = run.of('kafka.append')
      expect(appended.map(({ key }) => key)).toEqual(['order-1', 'order-2', 'order-2', 'order-3'])
      expect(appended[2]!.t - appended[1]!.t).toBeGreaterThanOrEqual(30_000)
    }
    const handled = await handledUnder([{ kind: 'ack-lost', at: send('order-2') }], { check })
    expect(handled).toEqual(['order-1', 'order-2', 'order-2', 'order-3'])
  })

  it('does not duplicate it when the producer is idempotent', async () => {
    const faults = [{ kind: 'ack-lost', at: send('order-1') }]
    await simulate({ topics, faults }, async run => {
      const offsets: (string | undefined)[] = []
      run.send(
        'shop',
        async producer => {
          for (const order of ['order-1', 'order-2']) {
            const [metadata] = await producer.send({ topic: TOPIC, messages: placed(order) })
            offsets.push(metadata!.baseOffset)
          }
        },
        { idempotent: true },
      )
      await run.settle()
      expect(run.of('kafka.append').map(({ key }) => key)).toEqual(['order-1', 'order-2'])
      expect(offsets).toEqual(['0', '1'])
    })
  })

  it('acknowledges a message that is then not in the log', async () => {
    const check = (run: Run) => {
      expect(run.of('kafka.lost')).toMatchObject([
        { label: 'order-2/OrderPlaced', offset: 1, producer: 'shop' },
      ])
    }
    const faults = [{ kind: 'lost-write', at: send('order-2') }]
    expect(await handledUnder(faults, { check })).toEqual(['order-1', 'order-3'])
  })

  it('answers with a retriable error as often as told, and KafkaJS sends again', async () => {
    const check = (run: Run) => {
      const visits = new Map(run.world.sites.entries())
      expect(visits.get('shop/send order-2/OrderPlaced')).toBe(4)
    }
    const faults = [{ kind: 'error', at: send('order-2'), times: 3 }]
    expect(await handledUnder(faults, { check })).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('never sends what a crash prevents, and has it in the log when the crash comes after', async () => {
    const appended: string[][] = []
    for (const when of ['before', 'after']) {
      const faults = [{ kind: 'crash', at: send('order-1'), when, for: 600_000 }]
      await simulate({ topics, faults }, async run => {
        run.send(
          'shop',
          async producer => void (await producer.send({ topic: TOPIC, messages: placed('order-1') })),
        )
        await run.settle({ atMs: 10_000 })
        appended.push(run.of('kafka.append').map(({ key }) => String(key)))
      })
    }
    expect(appended).toEqual([[], ['order-1']])
  })
})

describe('faults of a delivery', () => {
  it('fails the handler as often as told', async () => {
    const check = (run: Run) => {
      const outcomes = run.of('kafka.handled').filter(({ offset }) => offset === 1)
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, true])
    }
    const faults = [{ kind: 'error', at: deliver('order-2'), times: 2 }]
    expect(await handledUnder(faults, { check })).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('hands over unreadable bytes at every delivery, while the log keeps the message', async () => {
    const values: string[] = []
    const faults = [{ kind: 'poison', at: deliver('order-1') }]
    await simulate({ topics, faults }, async run => {
      run.cluster.append(TOPIC, placed('order-1'))
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => {
          values.push(String(message.value))
          if (values.length < 3) throw new Error('unreadable')
        },
      })
      await run.settle()
      const [stored] = [...run.cluster.messages(TOPIC)]
      expect(JSON.parse(String(stored!.value))).toEqual({ id: 'order-1-placed', type: 'OrderPlaced' })
    })
    expect(values).toHaveLength(3)
    for (const value of values) expect(() => JSON.parse(value)).toThrow(SyntaxError)
  })

  it('spoils every message of a service while the fault is in force, and none afterwards', async () => {
    const readable: boolean[] = []
    const faults = [{ kind: 'poison', service: 'inventory', from: 0, for: 2_000 }]
    await simulate({ topics, faults }, async run => {
      run.cluster.append(TOPIC, placed('order-1'))
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => {
          readable.push(String(message.value).endsWith('}'))
          if (!readable.at(-1)) throw new Error('unreadable')
        },
      })
      await run.settle()
    })
    expect(readable[0]).toBe(false)
    expect(readable.at(-1)).toBe(true)
  })

  it('rebalances the group while the handler runs', async () => {
    const check = (run: Run) => {
      const generations = run.of('kafka.group').map(({ generation }) => generation)
      expect(Math.max(...generations)).toBe(2)
      expect(run.cluster.committedOffset('inventory', TOPIC, 0)).toBe(3)
    }
    const faults = [{ kind: 'rebalance', at: deliver('order-2') }]
    expect(await handledUnder(faults, { check })).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('gets a message again whose handler had finished when the process crashed', async () => {
    const faults = [{ kind: 'crash', at: 'inventory/handled order-2/OrderPlaced#1' }]
    const handled = await handledUnder(faults)
    expect(handled.filter(order => order === 'order-2')).toHaveLength(2)
  })

  it('gets nothing again when it crashes after the commit', async () => {
    const faults = [{ kind: 'crash', at: `inventory/commit-offsets ${TOPIC}/0@1#1`, when: 'after' }]
    expect(await handledUnder(faults)).toEqual(['order-1', 'order-2', 'order-3'])
  })
})

describe('windows', () => {
  it('fails everybody while the broker is down, and all recover by themselves', async () => {
    const check = (run: Run) => {
      expect(run.cluster.lag('inventory')).toMatchObject([{ messages: 0 }])
      expect(run.world.steps).toBeLessThan(1_000)
      const late = run.of('kafka.append').filter(({ t }) => t >= 20_000)
      expect(late.length).toBeGreaterThan(0)
    }
    const handled = await handledUnder([{ kind: 'broker-down', from: 3, for: 20_000 }], { check })
    expect([...new Set(handled)].sort()).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('fails only the disconnected service', async () => {
    const check = (run: Run) => {
      expect(run.of('kafka.append').every(({ t }) => t < 1_000)).toBe(true)
      expect(run.of('kafka.deliver')[0]!.t).toBeGreaterThanOrEqual(10_000)
    }
    const handled = await handledUnder(
      [{ kind: 'disconnected', service: 'inventory', from: 0, for: 10_000 }],
      { check },
    )
    expect(handled).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('lets time pass before the handlers of a slow service', async () => {
    const check = (run: Run) => expect(run.of('kafka.handled').at(-1)!.t).toBeGreaterThanOrEqual(6_000)
    const handled = await handledUnder([{ kind: 'slow', service: 'inventory', by: 2_000 }], { check })
    expect(handled).toEqual(['order-1', 'order-2', 'order-3'])
  })

  it('deletes what a stopped consumer has not read, and says so', async () => {
    const faults = [
      { kind: 'down', service: 'inventory', from: 1_000, for: 20_000 },
      { kind: 'retention', service: TOPIC, from: 10_000 },
    ]
    const handled: string[] = []
    await simulate({ topics, faults }, async run => {
      run.consume({
        process: 'inventory',
        topic: TOPIC,
        handler: ({ message }) => void handled.push(String(message.key)),
      })
      run.send('shop', async producer => {
        await producer.send({ topic: TOPIC, messages: placed('order-1') })
        await new Promise(resolve => setTimeout(resolve, 5_000))
        await producer.send({ topic: TOPIC, messages: placed('order-2', 'order-3') })
      })
      await run.settle()
      expect(run.of('kafka.retention')).toMatchObject([{ low: 3, deleted: 3, unreadBy: { inventory: 2 } }])
      expect(run.cluster.lowWatermark(TOPIC, 0)).toBe(3)
    })
    expect(handled).toEqual(['order-1'])
  })
})
