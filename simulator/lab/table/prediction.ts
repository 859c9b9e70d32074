/**
 * Predict first: what a class guesses about hidden cells, and how many of its guesses were right.
 */
import type { Cell } from '#simulator/explore/table-cell.ts'
import { OUTCOMES, type Outcome } from '#simulator/scenario/scenario.ts'
import type { Measured } from '#simulator/shop/flow-table.ts'

export const HOLDS = 'holds'
export const NEVER_ENDS = 'never ends'
export type Guess = typeof HOLDS | Outcome | typeof NEVER_ENDS
export const GUESSES: readonly Guess[] = [HOLDS, ...OUTCOMES, NEVER_ENDS]

/** What there was to be guessed: several words may be right; undefined where there is nothing to guess. */
export type Truth = readonly Guess[] | undefined

export function truthOfCell({ kind, outcomes }: Pick<Cell, 'kind' | 'outcomes'>): Truth {
  if (kind === 'nothing' || kind === 'untried') return undefined
  if (kind === 'trouble') return [NEVER_ENDS]
  return kind === 'broken' ? (Object.keys(outcomes) as Outcome[]) : [HOLDS]
}

export function truthOfRun({ broken, trouble }: Pick<Measured, 'broken' | 'trouble'>): Truth {
  if (trouble !== undefined) return [NEVER_ENDS]
  return broken.length === 0 ? [HOLDS] : [...new Set(broken.map(({ outcome }) => outcome))]
}

/** Cells are known by a key of their own. */
export interface Prediction {
  readonly guesses: ReadonlyMap<string, Guess>
  readonly revealed: ReadonlySet<string>
}

export const NOTHING_GUESSED: Prediction = { guesses: new Map(), revealed: new Set() }

export type PredictionAction =
  /** Of cells that are revealed nothing can be guessed any more. */
  | { readonly type: 'guess'; readonly keys: readonly string[]; readonly guess: Guess | undefined }
  | { readonly type: 'reveal'; readonly keys: readonly string[] }
  | { readonly type: 'begin again' }

export function predict(before: Prediction, action: PredictionAction): Prediction {
  switch (action.type) {
    case 'guess': {
      const guesses = new Map(before.guesses)
      for (const key of action.keys) {
        if (before.revealed.has(key)) continue
        if (action.guess === undefined) guesses.delete(key)
        else guesses.set(key, action.guess)
      }
      return { ...before, guesses }
    }
    case 'reveal':
      return { ...before, revealed: new Set([...before.revealed, ...action.keys]) }
    case 'begin again':
      return NOTHING_GUESSED
  }
}

export interface Score {
  readonly right: number
  /** Guesses about cells that are revealed. */
  readonly guessed: number
  readonly hidden: number
}

/** @param truths of every cell that is measured, by its key */
export function scoreOf({ guesses, revealed }: Prediction, truths: ReadonlyMap<string, Truth>): Score {
  let right = 0
  let guessed = 0
  let hidden = 0
  for (const [key, truth] of truths) {
    if (truth === undefined) continue
    const guess = guesses.get(key)
    if (!revealed.has(key)) hidden++
    else if (guess !== undefined) {
      guessed++
      if (truth.includes(guess)) right++
    }
  }
  return { right, guessed, hidden }
}
