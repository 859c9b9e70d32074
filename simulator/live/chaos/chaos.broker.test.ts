import { afterEach, expect, test } from 'vitest'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { instanceOfTests } from '../broker/test-broker.ts'
import { type ChaosBroker, openChaosBroker } from './chaos-broker.ts'
import { runChaos } from './chaos-run.ts'
import { createSchedule } from './schedule.ts'

let place: ChaosBroker | undefined
afterEach(() => place?.close())

test('kills of services and of the broker lose nothing and do nothing twice', {
  timeout: 300_000,
}, async () => {
  const [seed, orders, everyMs] = [11, 60, 250]
  const schedule = createSchedule({
    seed,
    services: SERVICE_NAMES,
    kills: 4,
    brokerKills: 1,
    workloadMs: orders * everyMs,
  })
  place = await openChaosBroker({ isFresh: false, isToBeKilled: true, instance: instanceOfTests('chaos') })
  const result = await runChaos({ ...place, schedule, seed, orders, everyMs, work: 'solutions' })

  expect(result.violations).toEqual([])
  expect(result).toMatchObject({ cameToRest: true, allReady: true, holds: true })
  expect([result.kills.length, result.brokerKills.length]).toEqual([4, 1])
  expect(result.summary.orders).toMatchObject({ accepted: orders, open: 0, lost: 0 })
  expect(result.summary.orders.confirmed).toBeGreaterThan(0)
  expect(result.summary.money.charged).toBeGreaterThan(0)
  // It was noticed: no process answers while it is dead, and none reads while the broker is.
  expect(Math.max(...result.summary.lag.map(({ worstAgeMs }) => worstAgeMs))).toBeGreaterThan(1_000)
})
