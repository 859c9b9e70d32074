import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Schedule } from './schedule.ts'
import type { Supervisor } from './supervisor.ts'
import { planTrouble } from './trouble.ts'

const SCHEDULE: Schedule = {
  kills: [
    { service: 'search', atMs: 20, downMs: 1, again: { afterMs: 7, downMs: 2 } },
    { service: 'orders', atMs: 60, downMs: 3 },
  ],
  brokerKills: [
    { atMs: 0, downMs: 30 },
    { atMs: 40, downMs: 10 },
  ],
}

test('everything of the schedule is done, and told when and to whom', async () => {
  const { supervisor, atWork, calls } = createFakeSupervisor()
  const { broker, deeds } = createFakeBroker()
  const trouble = planTrouble(SCHEDULE, broker)
  await trouble.make(supervisor, atWork)
  expect(calls.filter(call => call.includes('search'))).toEqual([
    'search is killed for 1',
    'search is awaited',
    'search is seen at work',
    'search is killed for 2',
  ])
  expect(calls).toContain('orders is killed for 3')
  expect(trouble.kills.map(({ service, wasAtWork }) => [service, wasAtWork])).toEqual([
    ['search', false],
    ['search', true],
    ['orders', false],
  ])
  expect(trouble.kills.at(-1)!.killedAtMs).toBeGreaterThanOrEqual(59)
  expect(deeds).toEqual(['kill', 'resume', 'kill', 'resume'])
  expect(trouble.brokerKills.map(({ goneMs, downMs }) => goneMs >= downMs - 1)).toEqual([true, true])
})

test('the broker is not killed again before it is back', async () => {
  const { broker, deeds } = createFakeBroker(100)
  const trouble = planTrouble(SCHEDULE, broker)
  const { supervisor, atWork } = createFakeSupervisor()
  await trouble.make(supervisor, atWork)
  expect(deeds).toEqual(['kill', 'resume', 'kill', 'resume'])
  expect(trouble.brokerKills[1]!.killedAtMs).toBeGreaterThanOrEqual(129)
})

test('an interruption ends it: nothing is killed any more', async () => {
  const { supervisor, atWork, calls } = createFakeSupervisor()
  const interruption = new AbortController()
  const trouble = planTrouble({ kills: SCHEDULE.kills, brokerKills: [] }, undefined, interruption.signal)
  const made = trouble.make(supervisor, atWork)
  interruption.abort(new Error('interrupted'))
  await expect(made).rejects.toThrow()
  await sleep(100)
  expect([calls, trouble.kills]).toEqual([[], []])
})

function createFakeSupervisor() {
  const calls: string[] = []
  const supervisor: Supervisor = {
    async kill(service, downMs) {
      calls.push(`${service} is killed for ${downMs}`)
      return { wasReady: true }
    },
    async ready(service) {
      calls.push(`${service} is awaited`)
    },
    allReady: async () => true,
    unplanned: [],
  }
  const atWork = async (service: string) => calls.push(`${service} is seen at work`) > 0
  return { supervisor, atWork, calls }
}

function createFakeBroker(resumeTakesMs = 0) {
  const deeds: string[] = []
  const broker = {
    async kill() {
      deeds.push('kill')
    },
    async resume() {
      await sleep(resumeTakesMs)
      deeds.push('resume')
    },
  }
  return { broker, deeds }
}
