import { afterEach, expect, test } from 'vitest'
import { TOPICS } from '#simulator/shop/topics.ts'
import { openPlace, type Place } from '../field/place.ts'
import { runChaos } from './chaos-run.ts'
import type { Schedule } from './schedule.ts'

let place: Place | undefined
afterEach(() => place?.close())

/** A killed consumer costs its group 30 s, so this is what fits into about a minute. */
const SCHEDULE: Schedule = {
  kills: [
    { service: 'payments', atMs: 2_000, downMs: 500 },
    { service: 'relay', atMs: 4_000, downMs: 1_000, again: { afterMs: 10, downMs: 300 } },
    { service: 'notifications', atMs: 9_000, downMs: 300 },
  ],
  brokerKills: [{ atMs: 5_000, downMs: 2_000 }],
}

test('kills of services and of the broker lose nothing and do nothing twice', {
  timeout: 300_000,
}, async () => {
  place = await openPlace({ name: 'test-chaos', topics: TOPICS, isFresh: false })
  const orders = 60
  const result = await runChaos({
    place,
    schedule: SCHEDULE,
    seed: 1,
    orders,
    everyMs: 250,
    work: 'solutions',
  })

  expect(result.violations).toEqual([])
  expect(result).toMatchObject({ cameToRest: true, allReady: true, holds: true })
  expect(result.kills.map(({ service }) => service).sort()).toEqual([
    'notifications',
    'payments',
    'relay',
    'relay',
  ])
  expect(result.brokerKills).toHaveLength(1)
  expect(result.summary.orders).toMatchObject({ accepted: orders, open: 0, lost: 0 })
  expect(result.summary.money.charged).toBeGreaterThan(0)
  // The kills were felt: payments has read nothing while the group waited for the dead member.
  const lag = result.summary.lag.find(({ group }) => group === 'payments')
  expect(lag?.worstAgeMs).toBeGreaterThan(5_000)
})
