/**
 * What can be said of an answer out of a student's clone, and the words in which the judging process says it.
 */
import type { Diagnosis } from '#simulator/explore/signature.ts'

export const JUDGEMENT_KINDS = [
  'holds',
  /** Behaves like a known mistake. */
  'mistake',
  /** Breaks a promise like none of them. */
  'broken',
  /** A run that cannot be judged: it never ends, or ends its process. */
  'trouble',
  /** The file cannot be judged at all: it does not compile, exports something else, imports what does not exist. */
  'refused',
  'timed-out',
  'out-of-memory',
  /** Still the starter. */
  'not-started',
  /** There is no such file. */
  'missing',
  /** There is no folder of exercises. */
  'no-clone',
  /** Not the student's doing: a defect of ours, or nobody got to it. */
  'not-judged',
] as const
export type JudgementKind = (typeof JUDGEMENT_KINDS)[number]

/** The same for the same answer. */
export interface Judgement {
  readonly kind: JudgementKind
  /** The name of the mistake; of several when they cannot be told apart. */
  readonly mistakes?: readonly string[]
  /** For `broken`: the known mistakes that are nearest. */
  readonly nearest?: Extract<Diagnosis, { kind: 'unknown' }>['nearest']
  /** For `mistake` and `broken`: the promise broken by the smallest failure, and how. */
  readonly guarantee?: string
  readonly outcome?: string
  /** For `trouble` and `refused`: `endless-loop`, `wrong-export`. */
  readonly code?: string
  /** What happened, with numbers; or why nothing could. */
  readonly sentence?: string
}

export type ToJudge =
  | {
      readonly type: 'compile'
      readonly exercise: string
      /** The student's file: its path from the clone's root. */
      readonly file: string
      /** Real paths of the clone and of this repository. */
      readonly clone: string
      readonly ours: string
    }
  | { readonly type: 'judge' }

export type FromJudge =
  /** The hash of what the answer is made of, its comments and layout left out. */
  | { readonly type: 'compiled'; readonly content: string }
  | { readonly type: 'judged'; readonly judgement: Judgement }
  /** A defect of ours. */
  | { readonly type: 'defect'; readonly report: string }
