import { getEventListeners } from 'node:events'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { real } from '#simulator/world/globals.ts'
import { currentContext, outsideServices, ownTimers, ServiceContext } from './service-context.ts'

beforeAll(() => {
  ownTimers()
  ownTimers()
})

let context: ServiceContext
let fired: string[]
beforeEach(() => {
  context = new ServiceContext('inventory')
  fired = []
})

const fire = (what: string) => () => void fired.push(what)
/** By the platform's own timers, so that nothing that is tested is also waited with. */
const wait = (delayMs: number) => new Promise(resolve => real.setTimeout(resolve, delayMs))

describe('a context', () => {
  test('is that of everything its code sets going, however indirectly', async () => {
    const names: (string | undefined)[] = []
    const note = () => void names.push(currentContext()?.name)
    context.run(() => {
      setTimeout(() => Promise.resolve().then(note), 0)
      setImmediate(note)
      void (async () => {
        await promisify(setTimeout)(1)
        note()
      })()
    })
    note()
    await wait(20)
    expect(names).toEqual([undefined, 'inventory', 'inventory', 'inventory'])
  })

  test('ends its timers and nobody else’s', async () => {
    const other = new ServiceContext('orders')
    context.run(() => {
      setTimeout(fire('own timeout'), 1)
      setInterval(fire('own interval'), 1)
      setImmediate(fire('own immediate'))
    })
    other.run(() => setTimeout(fire('another’s'), 1))
    setTimeout(fire('nobody’s'), 1)
    context.end()
    await wait(20)
    expect(fired).toEqual(['another’s', 'nobody’s'])
  })

  test('that is over sets no more timers going', async () => {
    context.end()
    context.run(() => {
      setTimeout(fire('timeout'), 1)
      setInterval(fire('interval'), 1)
      setImmediate(fire('immediate'))
      void promisify(setTimeout)(1).then(fire('promise'), fire('rejection'))
    })
    await wait(20)
    expect(fired).toEqual([])
  })

  test('ends a timer that was set going again after it had fired', async () => {
    const timer = context.run(() => setTimeout(fire('fired'), 1))
    await expect.poll(() => fired).toEqual(['fired'])
    timer.refresh()
    await expect.poll(() => fired).toEqual(['fired', 'fired'])
    timer.refresh()
    context.end()
    timer.refresh()
    await wait(20)
    expect(fired).toHaveLength(2)
  })

  test('forgets timers that have fired or were cleared, so that a long life costs nothing', async () => {
    const cleared: unknown[] = []
    const { own } = context
    context.own = timer => own.call(context, timer, () => void cleared.push(timer))
    context.run(() => {
      setTimeout(() => {}, 1)
      clearTimeout(setTimeout(() => {}, 1_000))
      clearInterval(setInterval(() => {}, 1_000))
      clearImmediate(setImmediate(() => {}))
      setImmediate(() => {})
    })
    await wait(20)
    context.end()
    expect(cleared).toEqual([])
  })
})

describe('a timer of a service', () => {
  test('is Node’s: refresh, unref, hasRef and its number work', async () => {
    const timer = context.run(() => setTimeout(fire('once more'), 10))
    expect(timer.hasRef()).toBe(true)
    expect(timer.unref().hasRef()).toBe(false)
    expect(timer.ref().hasRef()).toBe(true)
    expect(timer.refresh()).toBe(timer)
    context.run(() => clearTimeout(Number(timer)))
    await wait(30)
    expect(fired).toEqual([])
  })

  test('is given its arguments, and an interval can be ended from within', async () => {
    const seen: unknown[][] = []
    context.run(() => {
      setTimeout((...values: unknown[]) => seen.push(values), 1, 'a', 2)
      setImmediate((...values: unknown[]) => seen.push(values), 'b')
      const interval = setInterval(() => {
        seen.push(['tick'])
        clearInterval(interval)
      }, 5)
    })
    await wait(40)
    expect(seen.sort()).toEqual([['a', 2], ['b'], ['tick']])
  })

  test('without a function to call is refused at once', () => {
    expect(() => context.run(() => setTimeout(undefined as never, 1))).toThrow('callback')
    expect(() => context.run(() => setImmediate(undefined as never))).toThrow('callback')
  })

  test('as a promise gives its value, can be aborted, and never settles once the context is over', async () => {
    const sleep = promisify(setTimeout)
    expect(await context.run(() => sleep(1, 'value'))).toBe('value')
    await expect(context.run(() => sleep(1_000, undefined, { signal: AbortSignal.abort() }))).rejects.toThrow(
      'aborted',
    )
    const { signal } = new AbortController()
    void context.run(() => sleep(2).then(fire('settled'), fire('rejected')))
    void context.run(() => sleep(2, undefined, { signal }).then(fire('settled'), fire('rejected')))
    context.end()
    await wait(20)
    expect(fired).toEqual([])
    expect(getEventListeners(context.signal, 'abort')).toEqual([])
  })
})

test('what a library keeps going for all does not end with the service that asked first', async () => {
  context.run(() => outsideServices(() => void setTimeout(fire('shared'), 1)))
  context.end()
  await wait(20)
  expect(fired).toEqual(['shared'])
  const after = context.run(() =>
    outsideServices(async () => {
      context.run(() => {})
      await wait(1)
      return currentContext()
    }),
  )
  expect(await after).toBeUndefined()
})
