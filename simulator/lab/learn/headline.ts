/**
 * A verdict in a few words, for where there is room for no more.
 */
import type { Progress } from '#simulator/explore/judge.ts'
import { formatCount, plural } from '#simulator/explore/say-numbers.ts'
import type { Judgement } from '../worker/protocol.ts'
import type { Judging } from './use-judgement.ts'

export type Tone = 'holds' | 'fails' | 'refused' | 'pending'

export interface Headline {
  readonly tone: Tone
  readonly text: string
}

export function headlineOf({ judgement, refusal, progress, isPending }: Judging): Headline {
  if (isPending) return { tone: 'pending', text: sayProgress(progress) }
  if (refusal !== undefined) return { tone: 'refused', text: 'It cannot be judged' }
  if (judgement === undefined) return { tone: 'pending', text: sayProgress(undefined) }
  if (judgement.refused !== undefined) return { tone: 'refused', text: 'It cannot be judged' }
  return judgement.holds
    ? { tone: 'holds', text: 'It holds' }
    : { tone: 'fails', text: sayFailure(judgement) }
}

const LEVELS: Readonly<Record<Progress['level'], string>> = {
  singles: 'Every single fault',
  pairs: 'Pairs of faults',
  samples: 'Larger plans',
}

export function sayProgress(progress: Progress | undefined): string {
  if (progress === undefined) return 'Loading the file…'
  const { level, done, total } = progress
  return `${LEVELS[level]}: ${formatCount(done)} of ${formatCount(total)}`
}

function sayFailure({ verdict }: Judgement): string {
  const [first] = verdict?.counterexamples ?? []
  if (first === undefined) return 'It fails'
  const count = first.plan.faults.length
  return count === 0
    ? 'It fails without any fault'
    : `It fails under ${count === 1 ? 'one fault' : plural(count, 'fault')}`
}
