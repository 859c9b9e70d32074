/**
 * The grader: answers out of several clones, each judged in processes of its own, and the same answer only once.
 */
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { bundleSimulator } from './bundle.ts'
import { type Exercise, ROOT, starter } from './exercise.ts'
import type { Judgement } from './grade-judgement.ts'
import { createJudge, type JudgingLimits } from './grade-process.ts'

export interface Grade extends Judgement {
  /** Hash of the answer, if it could be compiled: equal for answers that differ in comments and layout only. */
  readonly content?: string
  /** Real milliseconds; the only thing here that differs from time to time. */
  readonly realMs: number
}

export interface Grader {
  /**
   * Grades the answer in a clone: never throws for what lies there.
   * @param clone real path of the clone
   */
  grade(exercise: Exercise, clone: string): Promise<Grade>
}

/** @param signal ends every process at once; what was not judged by then is `not-judged` */
export async function openGrader(limits: JudgingLimits, signal: AbortSignal): Promise<Grader> {
  const judge = createJudge(await bundleSimulator('grade-child', 'grade-seat'), limits, signal)
  const ours = realpathSync(ROOT)
  /** By exercise and content. */
  const judged = new Map<string, Promise<Judgement | undefined>>()

  async function judgeFile(exercise: Exercise, clone: string): Promise<Omit<Grade, 'realMs'>> {
    const { name } = exercise
    let content: string | undefined
    let known: Promise<Judgement | undefined> | undefined
    const judging = judge({
      order: { type: 'compile', exercise: name, file: fileOf(exercise), clone, ours },
      wantsJudgement(found) {
        content = found
        known = judged.get(`${name} ${found}`)
        if (known === undefined) judged.set(`${name} ${found}`, judging)
        return known === undefined
      },
    })
    const judgement = (await judging) ?? (await known)!
    return { ...judgement, ...(content === undefined ? {} : { content }) }
  }

  return {
    async grade(exercise, clone) {
      const startedAt = performance.now()
      const grade = standingOf(exercise, clone) ?? (await judgeFile(exercise, clone))
      return { ...grade, realMs: performance.now() - startedAt }
    },
  }
}

/** What is known without judging anything. */
function standingOf(exercise: Exercise, clone: string): Judgement | undefined {
  const name = fileOf(exercise)
  const file = join(clone, name)
  const pristine = readFileSync(starter(exercise).file, 'utf8')
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false })
    if (stats === undefined) return { kind: 'missing', sentence: `There is no ${name}.` }
    // Longer by a byte a line where Git writes lines the way of Windows; some characters take several bytes.
    if (!stats.isFile() || stats.size > 4 * pristine.length) return undefined
    return lines(readFileSync(file, 'utf8')) === lines(pristine) ? { kind: 'not-started' } : undefined
  } catch {
    return { kind: 'refused', code: 'broken-file', sentence: `${name} cannot be read as a file.` }
  }
}

function lines(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

/** The student's file: its path from the clone's root. */
function fileOf({ name, check }: Exercise): string {
  return join('exercises', name, check.slot.file)
}
