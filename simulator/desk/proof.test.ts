import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executeHere } from '#simulator/explore/executor.ts'
import { type JudgeOptions, judge } from '#simulator/explore/judge.ts'
import { holdGlobals } from '#simulator/world/globals.ts'
import { compileSlot } from './compile.ts'
import { type Desk, openDesk, type Report } from './desk.ts'
import {
  type Answer,
  type Exercise,
  exerciseNames,
  loadExercise,
  mistakeOf,
  mistakes,
  ROOT,
  solution,
  starter,
} from './exercise.ts'
import { createLoader } from './instantiate.ts'

/** Nobody reads the pictures here, and drawing them takes longer than the verdicts. */
const UNEXPLAINED = { explains: false }
/** Five times as much as a student's answer is tried with, and as every run is to be had within a minute, not all; `check --thorough` has them. */
const REFERENCE = { maxPairs: 2000, samples: 300 }
const CORES = Math.min(4, availableParallelism())

/** Every judgement, in the order in which it was asked for; each core takes the next one when it is free. */
const waiting: ((desk: Desk) => Promise<void>)[] = []

function toJudge(exercise: Exercise, answer: Answer, options: JudgeOptions = {}): () => Promise<Report> {
  const report = new Promise<Report>((resolve, reject) => {
    waiting.push(desk => desk.judge(exercise, answer, { ...UNEXPLAINED, ...options }).then(resolve, reject))
  })
  // A failure is told by the test that asks for the report.
  report.catch(() => {})
  return () => report
}

async function workOn(desk: Desk): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next(desk)
}

let desks: Desk[] = []
beforeAll(() => {
  desks = Array.from({ length: CORES }, () => openDesk({ workers: 1, hardLimitMs: 20_000 }))
  for (const desk of desks) void workOn(desk)
})
afterAll(() => {
  for (const desk of desks) desk.close()
})

test('there are exercises to prove', () => {
  expect(exerciseNames()).toContain('12-idempotent-consumer')
})

for (const name of exerciseNames()) {
  const exercise = await loadExercise(name)
  const known = mistakes(exercise)

  describe(name, () => {
    const judgedStarter = toJudge(exercise, starter(exercise))
    test('the starter fails', async () => {
      const report = await judgedStarter()
      expect(report.refused).toBeUndefined()
      expect(report.holds).toBe(false)
    })

    test('has known mistakes', () => {
      expect(new Set(known.map(answer => mistakeOf(answer.name))).size).toBeGreaterThanOrEqual(3)
    })

    test.each(known.map(answer => [answer.name, toJudge(exercise, answer)] as const))(
      '%s fails with at most two faults, and is named as itself',
      async (name, judged) => {
        const report = await judged()
        expect(report.refused).toBeUndefined()
        expect(report.holds).toBe(false)
        expect(report.verdict!.counterexamples[0]!.plan.faults.length).toBeLessThanOrEqual(2)
        expect(report.diagnosis).toMatchObject({ kind: 'known', mistakes: [mistakeOf(name)] })
        expect(report.diagnosis?.mistake?.hints).toHaveLength(3)
      },
    )

    const judgedSolution = toJudge(exercise, solution(exercise), REFERENCE)
    test('the solution passes five times what a student’s answer is tried with', {
      timeout: 120_000,
    }, async () => {
      const report = await judgedSolution()
      expect(report.refused).toBeUndefined()
      expect(report.verdict!.counterexamples).toEqual([])
      expect(report.holds).toBe(true)
    })

    const everyLevel = { collectAll: true, maxPairs: 30, samples: 10 }
    const judgedOnEveryLevel = toJudge(exercise, starter(exercise), everyLevel)
    test('two judges of the same answer agree in every word', async () => {
      const { verdict } = await judgedOnEveryLevel()
      expect(verdict).toEqual(await judgeHere(starter(exercise), everyLevel))
    })
  })

  async function judgeHere(answer: Answer, options: JudgeOptions) {
    const slot = await compileSlot(answer.file, ROOT)
    const release = holdGlobals()
    try {
      return await judge(
        exercise.check,
        executeHere(exercise.check, await createLoader(slot, exercise.check, ROOT)),
        options,
      )
    } finally {
      release()
    }
  }
}
