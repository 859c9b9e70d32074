/**
 * The judge: the plan without a fault, every plan of one fault, plans of two, then a seeded swarm of larger ones; and what was covered.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { Check } from './check.ts'
import { type Executor, remembering } from './executor.ts'
import { choosePairs, pairsOf } from './pairs.ts'
import { shrink } from './shrink.ts'
import {
  COMES_TO_AN_END,
  type Failure,
  failureOf,
  failuresOf,
  guaranteesOf,
  type Survey,
  survey,
} from './survey.ts'
import { createSwarm } from './swarm.ts'

export interface JudgeOptions {
  /** For latencies and for the swarm. Default 1. */
  readonly seed?: number
  /** How many pairs of faults are tried at most; see `choosePairs`. Default: the check's, or 300, which keeps a right answer's verdict within seconds. */
  readonly maxPairs?: number
  /** How many larger plans are sampled. Default 60. */
  readonly samples?: number
  /** True: go on after the first failures, through every level. Default false: stop at the end of the level that broke something. */
  readonly collectAll?: boolean
  readonly onProgress?: (progress: Progress) => void
}

export type Level = 'singles' | 'pairs' | 'samples'

export interface Progress {
  readonly level: Level
  readonly done: number
  readonly total: number
  /** Plans that broke something so far. */
  readonly broken: number
}

/** What was tried. Counts are runs. */
export interface Coverage {
  /** Plans of one fault. */
  readonly singles: number
  /** How many of those there are: more than were tried when the run without a fault fails, or a run did not end. */
  readonly allSingles: number
  readonly pairs: number
  /** How many pairs there are, if the search got that far. */
  readonly allPairs: number | undefined
  readonly samples: number
  readonly sampleSizes: readonly [min: number, max: number]
  /** Every run, those for shrinking not counted. */
  readonly runs: number
}

/** A guarantee and the smallest plan found that breaks it. */
export interface Counterexample extends Failure {
  /** The guarantee's name; `comes-to-an-end` when the run could not be judged. */
  readonly guarantee: string
}

export interface Verdict {
  readonly exercise: string
  readonly holds: boolean
  /** One for each broken guarantee, the one with the fewest faults first. */
  readonly counterexamples: readonly Counterexample[]
  readonly coverage: Coverage
  readonly survey: Survey
}

/** For when there is time: every pair, and a swarm as large as the solutions are proven with. */
export const THOROUGH = { maxPairs: Number.POSITIVE_INFINITY, samples: 500 } as const

export const SAMPLE_SIZES = [3, 6] as const

/** Judges what the executor runs. The same check and slot give the same verdict, whoever executes. */
export async function judge(check: Check, executes: Executor, options: JudgeOptions = {}): Promise<Verdict> {
  const { seed = 1, maxPairs = check.maxPairs ?? 300, samples = 60, collectAll = false, onProgress } = options
  const executor = remembering(executes)
  const found = new Map<string, Failure>()
  let broken = 0
  let runs = 0
  const note = (failure: Failure) => {
    broken++
    for (const guarantee of guaranteesOf(failure)) if (!found.has(guarantee)) found.set(guarantee, failure)
  }
  const isOver = () => (found.size > 0 && !collectAll) || found.has(COMES_TO_AN_END)

  const surveyed = await survey(check, executor, seed, (done, total, brokenSoFar) => {
    runs = done
    onProgress?.({ level: 'singles', done, total, broken: brokenSoFar })
  })
  for (const failure of failuresOf(surveyed)) note(failure)

  async function tryAll(level: Level, plans: readonly Plan[]): Promise<number> {
    let done = 0
    for await (const report of executor.run(plans)) {
      const failure = failureOf(plans[done]!, report)
      if (failure !== undefined) note(failure)
      done++
      runs++
      onProgress?.({ level, done, total: plans.length, broken })
      if (found.has(COMES_TO_AN_END)) break
    }
    return done
  }

  let pairs = 0
  let allPairs: number | undefined
  let sampled = 0
  if (!isOver()) {
    const every = pairsOf(check, surveyed, seed)
    allPairs = every.length
    pairs = await tryAll('pairs', choosePairs(every, maxPairs))
  }
  if (!isOver()) sampled = await tryAll('samples', createSwarm(check, surveyed, seed, samples, SAMPLE_SIZES))

  const counterexamples: Counterexample[] = []
  for (const [guarantee, failure] of found) {
    counterexamples.push({ guarantee, ...(await shrink(executor, guarantee, failure)) })
  }
  // Of two that are as small, the one that breaks more says more.
  counterexamples.sort(
    (a, b) => a.plan.faults.length - b.plan.faults.length || guaranteesOf(b).length - guaranteesOf(a).length,
  )
  return {
    exercise: check.exercise,
    holds: found.size === 0,
    counterexamples,
    coverage: {
      singles: surveyed.singles.length,
      allSingles: surveyed.allSingles,
      pairs,
      allPairs,
      samples: sampled,
      sampleSizes: SAMPLE_SIZES,
      runs,
    },
    survey: surveyed,
  }
}
