/**
 * A cell of an exercise's failure table in a sign and a few words, so that nothing depends on its colour.
 */
import { type Cell, sayWait } from '#simulator/explore/table-cell.ts'

export type Tone = 'right' | 'late' | 'broken' | 'trouble' | 'quiet'

export interface SaidCell {
  readonly tone: Tone
  /** Drawn before the words. */
  readonly sign: string
  /** Short enough for a narrow column; empty where the sign says it all. */
  readonly words: string
}

export function sayCell({ kind, short, lagMs = 0 }: Pick<Cell, 'kind' | 'short' | 'lagMs'>): SaidCell {
  switch (kind) {
    case 'right':
      return { tone: 'right', sign: '✓', words: '' }
    case 'delayed':
      return { tone: 'right', sign: '✓', words: sayWait(lagMs) }
    case 'unread':
      return { tone: 'late', sign: '✓', words: short.replace('right, ', '') }
    case 'broken':
      return { tone: 'broken', sign: '✗', words: short }
    case 'trouble':
      return { tone: 'trouble', sign: '!', words: short }
    case 'nothing':
      return { tone: 'quiet', sign: '·', words: '' }
    case 'untried':
      return { tone: 'quiet', sign: '–', words: '' }
  }
}

/** What the cell says, for somebody who has room: with how many plans, and other outcomes. */
export function sayCellAtLength({ text, plans, broken, outcomes, outcome }: Cell): string {
  if (plans === 0) return text
  const tried = `${plans} ${plans === 1 ? 'plan' : 'plans'}`
  if (broken === 0) return `${text} (${tried})`
  const others = Object.entries(outcomes)
    .filter(([other]) => other !== outcome)
    .map(([other, count]) => `, ${count} ${other}`)
  return `${text} (${broken} of ${tried}${others.join('')})`
}

export const LEGEND: readonly (SaidCell & { readonly meaning: string })[] = [
  { tone: 'right', sign: '✓', words: '', meaning: 'right under every single fault of this sort' },
  { tone: 'right', sign: '✓', words: '41 s', meaning: 'right, but a message waited so long' },
  { tone: 'late', sign: '✓', words: '3 unread', meaning: 'right, but messages were never committed' },
  { tone: 'broken', sign: '✗', words: 'doubled 24', meaning: 'a promise broken: how, by how much at worst' },
  { tone: 'trouble', sign: '!', words: 'never ends', meaning: 'could not be judged' },
  { tone: 'quiet', sign: '·', words: '', meaning: 'nothing such a fault could strike' },
]
