/**
 * What the page remembers of a student: for each exercise the last two judgements of their own file, and the hints given.
 *
 * A judgement is valid for the content it was made of and no other, so losing this loses nothing that cannot be had again.
 */
import { useLocalStorage } from '@mantine/hooks'
import { z } from 'zod'
import { type Summary, summarySchema } from './summary.ts'

const rememberedSchema = z.object({
  now: summarySchema,
  /** Of the content before. */
  before: summarySchema.optional(),
})

/** By exercise and mistake: how many of its hints have been given. */
const hintsSchema = z.record(z.string(), z.number())
const memorySchema = z.object({ exercises: z.record(z.string(), rememberedSchema), hints: hintsSchema })

export type Remembered = z.infer<typeof rememberedSchema>
export type Memory = z.infer<typeof memorySchema>

const NOTHING: Memory = { exercises: {}, hints: {} }

export function useMemory(): {
  memory: Memory
  rememberJudgement(exercise: string, summary: Summary): void
  giveHint(exercise: string, mistake: string): void
} {
  const [memory, setMemory] = useLocalStorage<Memory>({
    key: 'out-of-order.learn',
    defaultValue: NOTHING,
    getInitialValueInEffect: false,
    deserialize: readMemory,
  })
  return {
    memory,
    rememberJudgement: (exercise, summary) => setMemory(before => withJudgement(before, exercise, summary)),
    giveHint: (exercise, mistake) => setMemory(before => withHint(before, exercise, mistake)),
  }
}

/** What cannot be read is forgotten. */
export function readMemory(text: string | undefined): Memory {
  if (text === undefined) return NOTHING
  try {
    const read = memorySchema.safeParse(JSON.parse(text))
    return read.success ? read.data : NOTHING
  } catch {
    return NOTHING
  }
}

/** The same content judged again replaces itself; another one moves the last back. */
export function withJudgement(memory: Memory, exercise: string, now: Summary): Memory {
  const last = memory.exercises[exercise]
  const before = last === undefined || last.now.content === now.content ? last?.before : last.now
  const remembered: Remembered = { now, ...(before === undefined ? {} : { before }) }
  return { ...memory, exercises: { ...memory.exercises, [exercise]: remembered } }
}

export function hintsGiven({ hints }: Memory, exercise: string, mistake: string): number {
  return hints[`${exercise}/${mistake}`] ?? 0
}

function withHint(memory: Memory, exercise: string, mistake: string): Memory {
  const given = hintsGiven(memory, exercise, mistake) + 1
  return { ...memory, hints: { ...memory.hints, [`${exercise}/${mistake}`]: given } }
}
