import { readFile } from 'node:fs/promises'
import { setTimeout as sleepOutside } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { holdGlobals } from './globals.ts'
import type { Fault, TraceRecord } from './runtime.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

type Program = () => void | Promise<void>

/** Runs one process (or several) until the world settles. */
async function live(programs: Program | Record<string, Program>, options: Partial<WorldOptions> = {}) {
  const trace: TraceRecord[] = []
  const world = createWorld({ seed: 1, onRecord: record => trace.push(record), ...options })
  const named = typeof programs === 'function' ? { shop: programs } : programs
  const settled = await world.enter(async () => {
    for (const [name, start] of Object.entries(named)) world.spawn({ name, start })
    return world.settle()
  })
  return { world, trace, settled, kinds: trace.map(record => `${record.process} ${record.kind}`) }
}

const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

function touch(world: World, what = 'touch') {
  world.runtime.record({ kind: what })
}

describe('time', () => {
  test('passes only as timers demand it, however long they are', async () => {
    const seen: number[] = []
    await live(async () => {
      const start = Date.now()
      await sleep(24 * 3_600_000)
      seen.push(Date.now() - start, Date.parse(new Date().toISOString()) - start)
    })
    expect(seen).toEqual([86_400_000, 86_400_000])
  })

  test('events at one moment are released in the order they were scheduled', async () => {
    const order: string[] = []
    await live({
      a: async () => {
        await sleep(10)
        order.push('a')
      },
      b: async () => {
        await sleep(10)
        order.push('b')
      },
    })
    expect(order).toEqual(['a', 'b'])
  })

  test('every microtask of a step settles before the next step, however long the chain', async () => {
    const order: string[] = []
    await live({
      long: async () => {
        await sleep(1)
        for (let hop = 0; hop < 1000; hop++) await null
        order.push('long')
      },
      short: async () => {
        await sleep(1)
        order.push('short')
      },
    })
    expect(order).toEqual(['long', 'short'])
  })

  test('AbortSignal.timeout, performance.now, intervals and hrtime belong to the world', async () => {
    const seen: unknown[] = []
    await live(async () => {
      const signal = AbortSignal.timeout(5000)
      signal.addEventListener('abort', () =>
        seen.push(signal.reason.name, performance.now(), process.hrtime()[0]),
      )
      let ticks = 0
      const interval = setInterval(() => {
        if (++ticks === 3) clearInterval(interval)
      }, 1000)
      await sleep(6000)
      seen.push(ticks)
    })
    expect(seen).toEqual(['TimeoutError', 5000, 5, 3])
  })
})

describe('globals', () => {
  const before = {
    setTimeout,
    Date,
    random: Math.random,
    fetch,
    now: performance.now,
    uuid: crypto.randomUUID,
  }
  const now = () => ({
    setTimeout,
    Date,
    random: Math.random,
    fetch,
    now: performance.now,
    uuid: crypto.randomUUID,
  })

  test('are restored after a run', async () => {
    await live(() => {})
    expect(now()).toEqual(before)
  })

  test('are restored when the run throws', async () => {
    const world = createWorld({ seed: 1 })
    await expect(world.enter(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(now()).toEqual(before)
  })

  test('a second run on the same thread is refused with a clear error', async () => {
    const outer = createWorld({ seed: 1 })
    await outer.enter(async () => {
      await expect(createWorld({ seed: 2 }).enter(async () => {})).rejects.toMatchObject({
        code: 'run-in-progress',
      })
    })
  })

  test('held over a batch, they stay from run to run and do the real thing in between', async () => {
    const realNow = Date.now()
    const release = holdGlobals()
    const held = now()
    expect(held.setTimeout).not.toBe(before.setTimeout)
    for (const seed of [1, 2]) {
      let inside = 0
      await live(
        () => {
          inside = Date.now()
        },
        { seed },
      )
      expect(inside).toBe(Date.UTC(2026, 0, 5, 9))
      expect(now()).toEqual(held)
      expect(Math.abs(Date.now() - realNow)).toBeLessThan(60_000)
      expect(Math.abs(Date.parse(new Date().toISOString()) - realNow)).toBeLessThan(60_000)
      expect(crypto.randomUUID()).not.toBe(crypto.randomUUID())
      await sleep(1)
    }
    release()
    release()
    expect(now()).toEqual(before)
  })

  test('held by two batches, they are restored when both have let go', async () => {
    const first = holdGlobals()
    const second = holdGlobals()
    first()
    first()
    expect(now()).not.toEqual(before)
    second()
    expect(now()).toEqual(before)
  })

  test('let go in the middle of a run, they stay until its end', async () => {
    const release = holdGlobals()
    await createWorld({ seed: 1 }).enter(async () => {
      release()
      expect(now()).not.toEqual(before)
      expect(Date.now()).toBe(Date.UTC(2026, 0, 5, 9))
    })
    expect(now()).toEqual(before)
  })

  test('a failure between the runs of a batch is left to whoever listened before', async () => {
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const failure = new Promise(resolve => void process.on('uncaughtException', resolve))
    const release = holdGlobals()
    try {
      await live(() => {})
      void Promise.reject(new Error('in between'))
      expect(await failure).toMatchObject({ message: 'in between' })
    } finally {
      release()
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    }
  })

  test('a Date is a Date inside and outside', async () => {
    let inside: Date | undefined
    await live(() => {
      inside = new Date()
      expect(inside instanceof Date && new Date(5) instanceof Date && typeof Date() === 'string').toBe(true)
    })
    expect(inside instanceof Date).toBe(true)
  })
})

test('a world that is being settled is not settled by somebody else at the same time', async () => {
  const world = createWorld({ seed: 1 })
  const settled = world.settle()
  expect(() => world.settle()).toThrow('already')
  expect((await settled).reason).toBe('settled')
  expect((await world.settle()).reason).toBe('settled')
})

describe('chance', () => {
  async function draws(seed: number) {
    const seen: unknown[] = []
    await live(() => void seen.push(Math.random(), crypto.randomUUID()), { seed })
    return seen
  }

  test('is the same for the same seed and another for another', async () => {
    expect(await draws(7)).toEqual(await draws(7))
    expect(await draws(7)).not.toEqual(await draws(8))
  })

  test('of one process does not depend on what others draw', async () => {
    const alone: number[] = []
    const beside: number[] = []
    await live({ b: () => void alone.push(Math.random()) })
    await live({ a: () => void Math.random(), b: () => void beside.push(Math.random()) })
    expect(beside).toEqual(alone)
  })
})

describe('a crash', () => {
  test('ends timers and pending promises, and the program is started again', async () => {
    const log: string[] = []
    let lives = 0
    const { kinds } = await live(
      async () => {
        const life = ++lives
        log.push(`start ${life}`)
        setTimeout(() => log.push(`timer ${life}`), 5000)
        await sleep(2000)
        log.push(`done ${life}`)
      },
      { faults: [{ kind: 'crash', service: 'shop', from: 1000 }] },
    )
    expect(log).toEqual(['start 1', 'start 2', 'done 2', 'timer 2'])
    expect(kinds).toContain('shop process.crash')
  })

  test('at a synchronous call is thrown through the program, and later effects of the dead process are refused', async () => {
    const log: string[] = []
    const world = createWorld({
      seed: 1,
      faults: [{ kind: 'crash', at: 'shop/write order-1#1', when: 'before' }],
    })
    await world.enter(async () => {
      world.spawn({
        name: 'shop',
        start: () => {
          for (const attempt of [1, 2]) {
            try {
              world.runtime.leave(world.runtime.visit('write', 'order-1'))
              log.push(`written ${attempt}`)
            } catch {
              log.push(`swallowed ${attempt}`)
            }
          }
        },
      })
      await world.settle()
    })
    expect(log).toEqual(['swallowed 1', 'swallowed 2', 'written 1', 'written 2'])
  })

  test('of an uncaught error restarts ever more slowly and finally gives up', async () => {
    const starts: number[] = []
    const { kinds } = await live(async () => {
      starts.push(Date.now())
      await sleep(1)
      throw new Error('broken')
    })
    expect(starts.slice(1, 5).map((at, index) => at - starts[index]!)).toEqual([1001, 2001, 4001, 8001])
    expect(kinds.at(-2)).toBe('shop process.gave-up')
  })

  test('an unhandled rejection counts as a crash, as in Node', async () => {
    const { trace } = await live(() => void Promise.reject(new Error('forgotten')))
    expect(trace.find(record => record.kind === 'process.crash')).toMatchObject({
      reason: 'Error: forgotten',
    })
  })
})

describe('exchange', () => {
  async function exchange(faults: readonly Fault[]) {
    const log: string[] = []
    const world = createWorld({ seed: 1, faults })
    await world.enter(async () => {
      world.spawn({
        name: 'shop',
        start: async () => {
          const answer = await world.runtime.exchange<string>('send', 'x', reply => {
            log.push('applied')
            touch(world)
            reply.resolve('answer')
          })
          log.push(answer)
        },
      })
      await world.settle()
      world.heal()
      await world.settle()
    })
    return log
  }

  test('applies at the far side and answers', async () => {
    expect(await exchange([])).toEqual(['applied', 'answer'])
  })
  test('crash before: never applied in the first life', async () => {
    expect(await exchange([{ kind: 'crash', at: 'shop/send x', when: 'before' }])).toEqual([
      'applied',
      'answer',
    ])
  })
  test('crash after: applied, the answer never seen, then again', async () => {
    expect(await exchange([{ kind: 'crash', at: 'shop/send x' }])).toEqual(['applied', 'applied', 'answer'])
  })
})

describe('windows', () => {
  test('down: stopped at the beginning, started at the end', async () => {
    const starts: number[] = []
    await live(() => void starts.push(performance.now()), {
      faults: [{ kind: 'down', service: 'shop', from: 1000, for: 9000 }],
    })
    expect(starts).toEqual([0, 10_000])
  })

  test('an endless window ends when everything is healed', async () => {
    const starts: number[] = []
    const world = createWorld({ seed: 1, faults: [{ kind: 'down', service: 'shop', from: 1000 }] })
    await world.enter(async () => {
      world.spawn({ name: 'shop', start: () => void starts.push(performance.now()) })
      await world.settle()
      world.heal()
      await world.settle()
    })
    expect(starts).toEqual([0, 1000])
  })

  test('pause: nothing happens meanwhile, then everything in order', async () => {
    const log: string[] = []
    await live(
      async () => {
        setTimeout(() => log.push(`a ${performance.now()}`), 2000)
        setTimeout(() => log.push(`b ${performance.now()}`), 1500)
      },
      { faults: [{ kind: 'pause', service: 'shop', from: 1000, for: 60_000 }] },
    )
    expect(log).toEqual(['b 61000', 'a 61000'])
  })

  test('clock skew: one service sees another time', async () => {
    const seen: number[] = []
    const read = () => void seen.push(new Date().getUTCSeconds())
    await live(
      { a: () => sleep(1000).then(read), b: () => sleep(1000).then(read) },
      {
        faults: [{ kind: 'clock-skew', service: 'b', from: 0, for: 60_000, by: 5000 }],
      },
    )
    expect(seen).toEqual([1, 6])
  })

  test('second instance: the same program runs twice for the window', async () => {
    const { kinds } = await live(() => {}, {
      faults: [{ kind: 'second-instance', service: 'shop', from: 10, for: 100 }],
    })
    expect(kinds.filter(kind => kind.startsWith('shop-2'))).toEqual([
      'shop-2 process.start',
      'shop-2 process.ready',
      'shop-2 process.stop',
    ])
  })
})

describe('settling', () => {
  test('polling that changes nothing does not keep a run alive', async () => {
    const { settled, world } = await live(() => void setInterval(() => {}, 100))
    expect(settled.reason).toBe('settled')
    expect(world.elapsedMs).toBeLessThan(10_000)
  })

  test('a deadline armed at the start is waited for, beside polling', async () => {
    let fired = false
    await live(() => {
      setInterval(() => {}, 100)
      setTimeout(() => {
        fired = true
      }, 1_800_000)
    })
    expect(fired).toBe(true)
  })

  test('idle gaps cost next to nothing', async () => {
    const { world } = await live(() => {
      setInterval(() => {}, 100)
      setTimeout(() => {}, 86_400_000)
    })
    expect(world.elapsedMs).toBeGreaterThanOrEqual(86_400_000)
    expect(world.steps).toBeLessThan(200)
  })

  test('a sweeper that ran idle sees that a day has passed before anything else happens', async () => {
    const day = 86_400_000
    const seen: string[] = []
    await live(() => {
      const startedAt = Date.now()
      let isSwept = false
      setInterval(() => {
        isSwept ||= Date.now() - startedAt >= day / 2
      }, 60_000)
      setTimeout(() => seen.push(`${isSwept} after ${Date.now() - startedAt}`), day)
    })
    expect(seen).toEqual([`true after ${day}`])
  })

  test('a consumer that forgets by a timer what it has seen counts a late repetition again', async () => {
    const counted: string[] = []
    const world = createWorld({ seed: 1 })
    await world.enter(async () => {
      world.spawn({
        name: 'shop',
        start: () => {
          const seenAt = new Map<string, number>()
          setInterval(() => {
            for (const [id, at] of seenAt) {
              if (at >= Date.now() - 600_000) continue
              seenAt.delete(id)
              touch(world)
            }
          }, 60_000)
          const receive = (id: string) => {
            if (!seenAt.has(id)) counted.push(id)
            seenAt.set(id, Date.now())
            touch(world)
          }
          receive('event-1')
          world.runtime.schedule(300_000, () => receive('event-1'), { owner: null, idle: false })
          world.runtime.schedule(86_400_000, () => receive('event-1'), { owner: null, idle: false })
        },
      })
      expect((await world.settle()).reason).toBe('settled')
    })
    expect(counted).toEqual(['event-1', 'event-1'])
  })

  test('of the time that was skipped an idle timer fires once, however long it was', async () => {
    const firedAtMs: number[] = []
    const { settled } = await live(() => {
      setInterval(() => firedAtMs.push(performance.now()), 60_000)
      setTimeout(() => {}, 86_400_000)
    })
    expect(settled.reason).toBe('settled')
    // Twice to be known for idle, once for the day, and once more after the last thing that happened.
    expect(firedAtMs).toEqual([60_000, 120_000, 86_400_000, 86_460_000])
  })

  test('it fires for what comes next, not for each stretch of the run in between', async () => {
    const firedAtMs: number[] = []
    const world = createWorld({ seed: 1 })
    await world.enter(async () => {
      world.spawn({
        name: 'shop',
        start: () => {
          setInterval(() => firedAtMs.push(world.elapsedMs), 60_000)
          setTimeout(() => {}, 3_600_000)
        },
      })
      for (const atMs of [600_000, 1_200_000, 3_590_000]) await world.settle({ atMs })
      expect(firedAtMs).toEqual([60_000, 120_000])
      await world.settle()
    })
    // The last ten seconds are too short to be skipped.
    expect(firedAtMs.slice(0, 3)).toEqual([60_000, 120_000, 3_599_999])
  })

  test('long polls and other waits that were declared idle do not fire for it', async () => {
    const firedAtMs: number[] = []
    const world = createWorld({ seed: 1 })
    await world.enter(async () => {
      const poll = () => {
        firedAtMs.push(world.elapsedMs)
        world.runtime.schedule(30_000, poll, { owner: null, idle: true })
      }
      poll()
      world.spawn({ name: 'shop', start: () => sleep(3_600_000) })
      await world.settle()
    })
    expect(firedAtMs).toEqual([0])
  })

  test('a poll that found nothing is tried again after the last thing that happened', async () => {
    let isOpen = false
    let found = false
    await live(() => {
      setInterval(() => {
        found ||= isOpen
      }, 5000)
      setTimeout(() => {
        isOpen = true
      }, 32_000)
    })
    expect(found).toBe(true)
  })

  test('a timer that works every time never settles: the bound ends it and says who was busy', async () => {
    const world = createWorld({ seed: 1, maxVirtualMs: 60_000 })
    await world.enter(async () => {
      world.spawn({ name: 'shop', start: () => void setInterval(() => touch(world), 100) })
      const settled = await world.settle()
      expect(settled).toMatchObject({ reason: 'limit', busy: [{ process: 'shop' }] })
    })
  })

  test('the number of steps is bounded too', async () => {
    const world = createWorld({ seed: 1, maxSteps: 500 })
    await world.enter(async () => {
      world.spawn({ name: 'shop', start: () => void setInterval(() => touch(world), 1) })
      expect((await world.settle()).reason).toBe('limit')
    })
    expect(world.steps).toBe(500)
  })
})

describe('waiting outside the simulation', () => {
  test('a promise that nothing settles is reported', async () => {
    const { settled } = await live(() => new Promise<void>(() => {}))
    expect(settled).toEqual({
      reason: 'waiting-outside',
      busy: [{ process: 'shop', what: 'start is waiting for a promise that nothing will settle' }],
    })
  })

  test('the API is named: a sleep imported from node:timers/promises', async () => {
    const { settled } = await live(() => sleepOutside(60_000, undefined, { ref: false }))
    expect(settled.busy[0]?.what).toContain('setTimeout from node:timers/promises')
  })

  test('the API is named: reading a file', async () => {
    const { world } = await live(async () => void (await readFile('package.json')))
    expect(world.outsideCalls).toEqual([{ process: 'shop', api: 'readFile from node:fs/promises' }])
  })
})

describe('determinism', () => {
  async function trace(seed: number) {
    const faults: Fault[] = [{ kind: 'crash', service: 'a', rate: 0.2 }]
    const world: { current?: World } = {}
    const records: TraceRecord[] = []
    world.current = createWorld({ seed, faults, onRecord: record => records.push(record) })
    const { runtime } = world.current
    await world.current.enter(async () => {
      for (const name of ['a', 'b', 'c']) {
        world.current!.spawn({
          name,
          start: async () => {
            for (let round = 0; round < 20; round++) {
              await sleep(Math.random() * 100)
              await runtime.exchange<void>('send', `m-${round}`, reply => {
                runtime.record({ kind: 'sent', round })
                reply.resolve()
              })
            }
          },
        })
      }
      await world.current!.settle({ atMs: 600_000 })
      world.current!.heal()
      await world.current!.settle()
    })
    return JSON.stringify(records)
  }

  test('the same plan gives the same trace, byte for byte; another seed another', async () => {
    const first = await trace(3)
    expect(await trace(3)).toBe(first)
    expect(await trace(4)).not.toBe(first)
  })
})

describe('at rest', () => {
  test('a program that polls for ever while it starts is no obstacle', async () => {
    const { settled } = await live(async () => {
      for (;;) await sleep(200)
    })
    expect(settled.reason).toBe('settled')
  })

  test('a handler that polls keeps the run going: somebody waits for it', async () => {
    const world = createWorld({ seed: 1 })
    let isDone = false
    await world.enter(async () => {
      world.spawn({
        name: 'shop',
        start: () => {
          const done = world.runtime.busy('order-1')
          void (async () => {
            for (let poll = 0; poll < 500; poll++) await sleep(100)
            isDone = true
            done()
          })()
        },
      })
      await world.settle()
    })
    expect(isDone).toBe(true)
  })

  test('a process frozen in mid-start does not count as waiting outside', async () => {
    const { settled } = await live(() => sleep(5000), {
      faults: [{ kind: 'pause', service: 'shop', from: 1000 }],
    })
    expect(settled.reason).toBe('settled')
  })
})
