import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { executeHere } from '#simulator/explore/executor.ts'
import { judge, THOROUGH } from '#simulator/explore/judge.ts'
import { holdGlobals } from '#simulator/world/globals.ts'
import { compileSlot } from './compile.ts'
import { type Desk, openDesk } from './desk.ts'
import {
  type Answer,
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

let desk: Desk
beforeAll(() => {
  desk = openDesk({ hardLimitMs: 20_000 })
})
afterAll(() => desk.close())

test('there are exercises to prove', () => {
  expect(exerciseNames()).toContain('12-idempotent-consumer')
})

for (const name of exerciseNames()) {
  const exercise = await loadExercise(name)
  const known = mistakes(exercise)

  describe(name, () => {
    test('the starter fails', async () => {
      const report = await desk.judge(exercise, starter(exercise), UNEXPLAINED)
      expect(report.refused).toBeUndefined()
      expect(report.holds).toBe(false)
    })

    test('has known mistakes', () => {
      expect(new Set(known.map(answer => mistakeOf(answer.name))).size).toBeGreaterThanOrEqual(3)
    })

    test.each(known.map(answer => [answer.name, answer] as const))(
      '%s fails with at most two faults, and is named as itself',
      async (_, answer) => {
        const report = await desk.judge(exercise, answer, UNEXPLAINED)
        expect(report.refused).toBeUndefined()
        expect(report.holds).toBe(false)
        expect(report.verdict!.counterexamples[0]!.plan.faults.length).toBeLessThanOrEqual(2)
        expect(report.diagnosis).toMatchObject({ kind: 'known', mistakes: [mistakeOf(answer.name)] })
        expect(report.diagnosis?.mistake?.hints).toHaveLength(3)
      },
    )

    test('the solution passes every pair and a large swarm', {
      timeout: 120_000,
    }, async () => {
      const report = await desk.judge(exercise, solution(exercise), {
        ...UNEXPLAINED,
        ...THOROUGH,
      })
      expect(report.refused).toBeUndefined()
      expect(report.verdict!.counterexamples).toEqual([])
      expect(report.holds).toBe(true)
      expect(report.verdict!.coverage.pairs).toBe(report.verdict!.coverage.allPairs)
    })

    test('two judges of the same answer agree in every word', async () => {
      for (const answer of [starter(exercise), solution(exercise)]) {
        const options = { ...UNEXPLAINED, maxPairs: 100, samples: 20 }
        const report = await desk.judge(exercise, answer, options)
        expect(report.verdict).toEqual(await judgeHere(answer, options))
      }
    })
  })

  async function judgeHere(answer: Answer, options: { maxPairs: number; samples: number }) {
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
