import { expect, test } from 'vitest'
import type { Coverage } from '#simulator/explore/judge.ts'
import type { Failure, Survey } from '#simulator/explore/survey.ts'
import { sayCoverage } from './say-coverage.ts'

const survey: Survey = {
  happyPath: undefined,
  families: [],
  sites: [],
  allSingles: 105,
  singles: [],
  stoppedBy: undefined,
}
const coverage: Coverage = {
  singles: 105,
  allSingles: 105,
  pairs: 5120,
  allPairs: 5120,
  samples: 400,
  sampleSizes: [3, 6],
  runs: 5626,
}
const failure = (faults: number): Failure => ({
  plan: { seed: 1, faults: Array.from({ length: faults }, () => ({ kind: 'crash', at: 'a/b#1' })) },
  violations: [],
})

test('everything there is', () => {
  expect(sayCoverage(coverage, survey)).toBe(
    'The run without a fault, all 105 single faults, all 5,120 pairs and 400 sampled plans of 3 to 6.',
  )
})

test('some of the pairs are not all of them', () => {
  expect(sayCoverage({ ...coverage, pairs: 20_000, allPairs: 31_337 }, survey)).toContain(
    '20,000 of 31,337 pairs, some of every sort and 400 sampled plans',
  )
})

test('a level that was not reached is not mentioned, and what broke is counted', () => {
  const broken = { ...survey, families: [{ family: 'crash', title: '', plans: 3, failures: [failure(1)] }] }
  expect(sayCoverage({ ...coverage, pairs: 0, allPairs: undefined, samples: 0 }, broken)).toBe(
    'The run without a fault and all 105 single faults. 1 of the single faults breaks something.',
  )
})

test('a search that a run without an end has stopped has not tried all single faults', () => {
  const stopped = { ...survey, stoppedBy: failure(1) }
  expect(sayCoverage({ ...coverage, singles: 12, pairs: 0, samples: 0 }, stopped)).toBe(
    'The run without a fault and 12 single faults, up to the one whose run did not end.',
  )
  expect(sayCoverage({ ...coverage, singles: 0, pairs: 0, samples: 0 }, stopped)).toBe(
    'The run without a fault.',
  )
})

test('where the run without a fault fails already, one fault of each sort is tried, and that these fail too is no news', () => {
  const failing = {
    ...survey,
    happyPath: failure(0),
    families: [{ family: 'crash', title: '', plans: 1, failures: [failure(1)] }],
  }
  expect(sayCoverage({ ...coverage, singles: 16, pairs: 0, allPairs: undefined, samples: 0 }, failing)).toBe(
    'The run without a fault and 16 single faults of 105, one of each sort.',
  )
})
