import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { countKills, createSchedule, type ScheduleOptions } from './schedule.ts'

const usual = { seed: 1, services: SERVICE_NAMES, kills: 20, brokerKills: 5, workloadMs: 200_000 }

const someOptions: fc.Arbitrary<ScheduleOptions> = fc
  .record({
    seed: fc.nat(),
    kills: fc.nat(60),
    brokerKills: fc.nat(10),
    spareMs: fc.nat(300_000),
  })
  .map(({ spareMs, ...counts }) => ({
    ...counts,
    services: SERVICE_NAMES,
    workloadMs: Math.max(counts.kills * 1_000, counts.brokerKills * 6_000, 1) + spareMs,
  }))

test('the same seed makes the same schedule, and another seed another one', () => {
  expect(createSchedule(usual)).toEqual(createSchedule(usual))
  expect(createSchedule({ ...usual, seed: 2 })).not.toEqual(createSchedule(usual))
})

test('the broker’s outages do not depend on how many services are killed', () => {
  expect(createSchedule({ ...usual, kills: 3 }).brokerKills).toEqual(createSchedule(usual).brokerKills)
})

test('there are as many kills as asked for, in order of time, and all of them over within the workload', () => {
  fc.assert(
    fc.property(someOptions, options => {
      const { kills, brokerKills } = createSchedule(options)
      expect([countKills(kills), brokerKills.length]).toEqual([options.kills, options.brokerKills])
      for (const outages of [kills, brokerKills]) {
        expect(outages.map(({ atMs }) => atMs)).toEqual(
          outages.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
        )
        for (const { atMs, downMs } of outages) {
          expect(atMs).toBeGreaterThanOrEqual(0)
          expect(downMs).toBeGreaterThanOrEqual(0)
          expect(atMs + downMs).toBeLessThanOrEqual(options.workloadMs)
        }
      }
    }),
  )
})

test('nothing is killed that is down already', () => {
  fc.assert(
    fc.property(someOptions, options => {
      const { kills, brokerKills } = createSchedule(options)
      const lives = [
        ...SERVICE_NAMES.map(name => kills.filter(({ service }) => service === name)),
        brokerKills,
      ]
      for (const outages of lives)
        for (const [index, { atMs }] of outages.entries()) {
          const before = outages[index - 1]
          if (before !== undefined) expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.downMs)
        }
    }),
  )
})

test('twenty kills, two of each victim, strike ten services, spread over the whole workload', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { kills } = createSchedule({ ...usual, seed })
    expect(new Set(kills.map(({ service }) => service)).size).toBe(10)
    for (const [index, { atMs }] of kills.entries()) expect(Math.floor(atMs / 20_000)).toBe(index)
  }
})

test('whoever is killed is killed again soon after it is back; of an odd number the last one is not', () => {
  const agains = createSchedule({ ...usual, kills: 7 }).kills.map(({ again }) => again)
  expect(agains).toHaveLength(4)
  expect(agains.at(-1)).toBeUndefined()
  for (const again of agains.slice(0, -1)) {
    expect(again?.afterMs).toBeLessThanOrEqual(150)
    expect(again?.downMs).toBeGreaterThanOrEqual(200)
  }
})

test('the broker is killed in the first half, so that consumers read in the second while services are killed', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { kills, brokerKills } = createSchedule({ ...usual, seed })
    for (const { atMs, downMs } of brokerKills) expect(atMs + downMs).toBeLessThanOrEqual(100_000)
    expect(kills.filter(({ atMs }) => atMs >= 100_000)).toHaveLength(5)
  }
})

test('services are down for 0.2 to 5 seconds, the broker for 1 to 8', () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => createSchedule({ ...usual, seed }))
  // The last one may be cut short by the end of the workload.
  const downs = seeds.flatMap(({ kills }) => kills.slice(0, -1).map(({ downMs }) => downMs))
  const brokerDowns = seeds.flatMap(({ brokerKills }) => brokerKills.map(({ downMs }) => downMs))
  expect([Math.min(...downs) >= 200, Math.max(...downs) <= 5_000]).toEqual([true, true])
  expect([Math.min(...brokerDowns) >= 1_000, Math.max(...brokerDowns) <= 8_000]).toEqual([true, true])
})

test('a workload that is too short for so many kills is refused', () => {
  expect(() => createSchedule({ ...usual, brokerKills: 0, workloadMs: 19_999 })).toThrow('need 20 s')
  expect(() => createSchedule({ ...usual, kills: 0, workloadMs: 29_999 })).toThrow('need 30 s')
})
