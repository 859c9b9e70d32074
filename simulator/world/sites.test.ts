import { describe, expect, test } from 'vitest'
import type { Fault } from './runtime.ts'
import { PlannedFaults, parseSite, SiteCounter, siteName, withinWindow } from './sites.ts'

describe('the name of a site', () => {
  test.each([
    ['inventory/commit order-7#2', { base: 'inventory/commit order-7', occurrence: 2 }],
    ['inventory/commit order-7', { base: 'inventory/commit order-7', occurrence: 1 }],
    ['inventory/deliver key#3/OrderPlaced', { base: 'inventory/deliver key#3/OrderPlaced', occurrence: 1 }],
    ['inventory/deliver key#3#4', { base: 'inventory/deliver key#3', occurrence: 4 }],
    ['inventory/commit #x', { base: 'inventory/commit #x', occurrence: 1 }],
  ])('%s', (site, parsed) => {
    expect(parseSite(site)).toEqual(parsed)
    expect(parseSite(siteName(parsed.base, parsed.occurrence))).toEqual(parsed)
  })
})

describe('visits', () => {
  test('are counted per site from 1', () => {
    const counter = new SiteCounter()
    expect(['a', 'b', 'a', 'a', 'b'].map(base => counter.next(base))).toEqual([1, 1, 2, 3, 2])
    expect([...counter.entries()]).toEqual([
      ['a', 3],
      ['b', 2],
    ])
  })

  test('are described by the kinds and the process of the first of them, in order of first visits', () => {
    const counter = new SiteCounter()
    const process = { name: 'inventory-2', service: 'inventory' }
    counter.next('inventory-2/commit', ['error'], process)
    counter.next('inventory-2/start', [], process)
    counter.next('inventory-2/commit', ['hold'], process)
    expect(counter.describe()).toEqual([
      {
        base: 'inventory-2/commit',
        visits: 2,
        kinds: ['error'],
        process: 'inventory-2',
        service: 'inventory',
      },
      { base: 'inventory-2/start', visits: 1, kinds: [], process: 'inventory-2', service: 'inventory' },
    ])
  })

  test('keep their count and description when their generation grows old', () => {
    const counter = new SiteCounter(2)
    counter.next('first', ['error'])
    for (const base of ['a', 'b']) counter.next(base)
    expect(counter.describe().map(({ base }) => base)).toEqual(['first', 'a', 'b'])
    expect(counter.next('first', ['hold'])).toBe(2)
    expect(counter.describe().find(({ base }) => base === 'first')).toMatchObject({
      visits: 2,
      kinds: ['error'],
    })
  })

  test('of sites that come again are not forgotten, however many others there are', () => {
    const counter = new SiteCounter(10)
    for (let round = 1; round <= 100; round++) {
      expect(counter.next('often')).toBe(round)
      counter.next(`once-${round}`)
    }
  })

  test('are kept for a bounded number of sites, each named once', () => {
    const counter = new SiteCounter(10)
    for (let number = 0; number < 1000; number++) counter.next(`site-${number}`)
    const names = [...counter.entries()].map(([base]) => base)
    expect(names.length).toBeLessThanOrEqual(20)
    expect(new Set(names).size).toBe(names.length)
    expect(names.at(-1)).toBe('site-999')
  })

  test('start at 1 again for a site that was forgotten', () => {
    const counter = new SiteCounter(2)
    counter.next('old')
    for (const base of ['a', 'b', 'c', 'd']) counter.next(base)
    expect(counter.next('old')).toBe(1)
  })
})

describe('a window', () => {
  const fault: Fault = { kind: 'down', service: 'search', from: 1000, for: 500 }

  test('includes its first millisecond and not its last', () => {
    expect([999, 1000, 1499, 1500].map(now => withinWindow(fault, now))).toEqual([false, true, true, false])
  })

  test('begins with the run unless told, and has no end unless told', () => {
    expect(withinWindow({ kind: 'down' }, 0)).toBe(true)
    expect(withinWindow({ kind: 'down', from: 5 }, 1e12)).toBe(true)
    expect(withinWindow({ kind: 'down', for: 0 }, 0)).toBe(false)
  })
})

describe('planned faults', () => {
  const SITE = 'inventory/commit order-7'
  /** The kinds that strike at this visit. */
  const strikes = (
    planned: PlannedFaults,
    { base = SITE, occurrence = 1, service = 'inventory', kinds = ['error'], now = 0 } = {},
  ) => planned.strikesAt(base, occurrence, service, kinds, now).map(({ kind }) => kind)
  const plan = (...faults: Fault[]) => new PlannedFaults(1, faults)

  test('strike at the occurrence they name, and at the first when they name none', () => {
    const planned = plan({ kind: 'crash', at: `${SITE}#2` }, { kind: 'error', at: SITE })
    expect([1, 2, 3].map(occurrence => strikes(planned, { occurrence }))).toEqual([['error'], ['crash'], []])
  })

  test('strike so many times in a row', () => {
    const planned = plan({ kind: 'error', at: `${SITE}#2`, times: 2 })
    expect([1, 2, 3, 4].map(occurrence => strikes(planned, { occurrence }).length)).toEqual([0, 1, 1, 0])
  })

  test('strike together at one site, in the order of the plan', () => {
    const planned = plan({ kind: 'error', at: SITE }, { kind: 'pause', at: SITE })
    expect(strikes(planned)).toEqual(['error', 'pause'])
  })

  test('strike nowhere else', () => {
    const planned = plan({ kind: 'crash', at: SITE })
    expect(strikes(planned, { base: 'inventory/commit order-70' })).toEqual([])
    expect(planned.unstruck()).toHaveLength(1)
    strikes(planned)
    expect(planned.unstruck()).toEqual([])
  })

  test('of a kind the site cannot suffer are kept as misplaced, with what it can', () => {
    const fault: Fault = { kind: 'lost-write', at: SITE }
    const planned = plan(fault)
    expect(strikes(planned, { kinds: ['error'] })).toEqual([])
    expect([...planned.misplaced()]).toEqual([[fault, ['error']]])
  })

  test('that crash or freeze a process do so wherever it is', () => {
    expect(strikes(plan({ kind: 'crash', at: SITE }, { kind: 'pause', at: SITE }), { kinds: [] })).toEqual([
      'crash',
      'pause',
    ])
  })

  test('are spent once everything is healed, and those that come too late are known', () => {
    const fault: Fault = { kind: 'crash', at: SITE }
    const planned = plan(fault, { kind: 'error', service: 'inventory', rate: 1 })
    planned.heal()
    expect(strikes(planned)).toEqual([])
    expect(planned.tooLate(fault)).toBe(true)
    expect(planned.unstruck()).toEqual([fault])
  })

  test('over a window are not the business of sites', () => {
    const planned = plan({ kind: 'down', service: 'inventory', from: 0 })
    expect(strikes(planned, { kinds: ['down'] })).toEqual([])
    expect(planned.windows).toHaveLength(1)
    expect(planned.unstruck()).toEqual([])
  })

  describe('with a rate', () => {
    const share = (planned: PlannedFaults, more: Parameters<typeof strikes>[1] = {}) => {
      let struck = 0
      for (let number = 0; number < 5000; number++)
        struck += strikes(planned, { base: `inventory/commit order-${number}`, ...more }).length
      return struck / 5000
    }

    test('strike that share of the visits of their service', () => {
      const planned = plan({ kind: 'error', service: 'inventory', rate: 0.2 })
      expect(share(planned)).toBeGreaterThan(0.18)
      expect(share(planned)).toBeLessThan(0.22)
      expect(share(planned, { service: 'search' })).toBe(0)
      expect(share(planned, { kinds: ['hold'] })).toBe(0)
    })

    test('strike all at 1 and none at 0', () => {
      expect(share(plan({ kind: 'error', service: 'inventory', rate: 1 }))).toBe(1)
      expect(share(plan({ kind: 'error', service: 'inventory', rate: 0 }))).toBe(0)
    })

    test('strike the same visits whatever else is planned, and others under another seed', () => {
      const struck = (planned: PlannedFaults) =>
        Array.from({ length: 200 }, (_, number) =>
          strikes(planned, { base: `inventory/commit order-${number}` }).includes('error'),
        )
      const rate: Fault = { kind: 'error', service: 'inventory', rate: 0.5 }
      expect(struck(plan({ kind: 'crash', service: 'inventory', rate: 0.5 }, rate))).toEqual(
        struck(plan(rate)),
      )
      expect(struck(new PlannedFaults(2, [rate]))).not.toEqual(struck(plan(rate)))
    })

    test('strike only within their window', () => {
      const planned = plan({ kind: 'error', service: 'inventory', rate: 1, from: 1000, for: 500 })
      expect([999, 1000, 1499, 1500].map(now => strikes(planned, { now }).length)).toEqual([0, 1, 1, 0])
    })

    test('freeze processes all through the run: how long a freeze lasts is not how long they strike', () => {
      const planned = plan({ kind: 'pause', service: 'inventory', rate: 1, by: 60_000 })
      expect(strikes(planned, { now: 59_999 })).toEqual(['pause'])
      expect(strikes(planned, { now: 60_000 })).toEqual(['pause'])
    })
  })
})
