/**
 * What is remembered of a student between two commands: the last verdict for each exercise, and the hints given.
 *
 * It lies in `.out-of-order/progress.json`. A verdict is valid only for the content it was measured on, so losing the
 * file loses nothing but the way back: `npm run check` measures everything anew.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import type { Report } from '#simulator/desk/desk.ts'
import { ROOT } from '#simulator/desk/exercise.ts'
import { timestamp } from './timestamp.ts'

const diagnosisSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('known'), mistakes: z.array(z.string()).min(1) }),
  z.object({
    kind: z.literal('unknown'),
    nearest: z.array(z.object({ mistake: z.string(), likeness: z.number() })),
  }),
])

const entrySchema = z.object({
  /** Hash of what was judged. */
  content: z.string(),
  /** ISO 8601. */
  checkedAt: z.string(),
  holds: z.boolean(),
  /** What is wrong, in a few words: "stock-is-right: doubled". Empty when it holds. */
  trouble: z.string(),
  /** What a plan of a run that did not end, or a refused file, suggests to do. */
  next: z.string(),
  diagnosis: diagnosisSchema.optional(),
  /** How many hints of which mistake have been given. */
  hints: z.object({ mistake: z.string(), given: z.number().int().min(0) }).optional(),
})

const stateSchema = z.object({ version: z.literal(1), exercises: z.record(z.string(), entrySchema) })

export type StoredVerdict = z.infer<typeof entrySchema>
type State = z.infer<typeof stateSchema>

const FOLDER = join(ROOT, '.out-of-order')
const FILE = join(FOLDER, 'progress.json')

export interface StudentState {
  /** By exercise. */
  readonly verdicts: ReadonlyMap<string, StoredVerdict>
  /** Where a damaged file was put aside, if it was. */
  readonly damaged: string | undefined
}

/** What is remembered; nothing when there is no file. A damaged file is put aside, not overwritten. */
export function readState(): StudentState {
  const { state, damaged } = load()
  return { verdicts: new Map(Object.entries(state.exercises)), damaged }
}

/** Remembers a report on the student's own file; hints stay given as long as the diagnosis stays the same. */
export function rememberReport(report: Report): StoredVerdict | undefined {
  const { content, exercise, holds, diagnosis } = report
  if (content === undefined) return undefined
  const { state } = load()
  const before = state.exercises[exercise]
  const entry: StoredVerdict = {
    content,
    checkedAt: new Date().toISOString(),
    holds,
    ...wrongIn(report),
    ...(diagnosis === undefined
      ? {}
      : {
          diagnosis:
            diagnosis.kind === 'known'
              ? { kind: 'known', mistakes: [...diagnosis.mistakes] }
              : { kind: 'unknown', nearest: [...diagnosis.nearest] },
        }),
    ...(before?.hints === undefined ? {} : { hints: before.hints }),
  }
  save({ ...state, exercises: { ...state.exercises, [exercise]: entry } })
  return entry
}

export function rememberHints(exercise: string, mistake: string, given: number): void {
  const { state } = load()
  const entry = state.exercises[exercise]
  if (entry === undefined) return
  save({ ...state, exercises: { ...state.exercises, [exercise]: { ...entry, hints: { mistake, given } } } })
}

function wrongIn({ refused, verdict }: Report): Pick<StoredVerdict, 'trouble' | 'next'> {
  if (refused !== undefined) return { trouble: refused.sentence, next: refused.next }
  const [first] = verdict?.counterexamples ?? []
  if (first === undefined) return { trouble: '', next: '' }
  if (first.trouble !== undefined) return { trouble: first.trouble.sentence, next: first.trouble.next }
  const broken = first.violations.find(({ guarantee }) => guarantee === first.guarantee)
  return { trouble: `${first.guarantee}: ${broken?.outcome ?? 'broken'}`, next: '' }
}

function load(): { state: State; damaged: string | undefined } {
  const nothing: State = { version: 1, exercises: {} }
  if (!existsSync(FILE)) return { state: nothing, damaged: undefined }
  const result = stateSchema.safeParse(parse(readFileSync(FILE, 'utf8')))
  if (result.success) return { state: result.data, damaged: undefined }
  const aside = join(FOLDER, `progress.damaged-${timestamp()}.json`)
  renameSync(FILE, aside)
  return { state: nothing, damaged: relative(ROOT, aside) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Written beside and moved over, so that whoever reads meets the old or the new, never a half. */
function save(state: State): void {
  try {
    mkdirSync(FOLDER, { recursive: true })
    const making = `${FILE}.${process.pid}`
    writeFileSync(making, `${JSON.stringify(state, null, 2)}\n`)
    renameSync(making, FILE)
  } catch (error) {
    // A verdict that cannot be kept is a verdict all the same.
    const reason = error instanceof Error ? error.message.split(',')[0] : String(error)
    console.error(`Progress could not be kept in ${relative(ROOT, FILE)}: ${reason}.`)
  }
}
