/**
 * An explained run for a terminal: what was promised, what happened, under which faults, and beside it the run without them.
 */
import type { Explanation } from '#simulator/explore/explain.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import { type LadderLine, renderLadder } from '#simulator/trace/render-ladder.ts'
import { fact } from './facts.ts'
import { style } from './terminal.ts'

/** Wider than this, two runs side by side are far apart. */
const MAX_LADDER_WIDTH = 140
const MAX_HAPPENED = 4

/** @returns sections, to be set apart by empty lines */
export function formatExplanation(explanation: Explanation, width: number): string[] {
  const { errors, firstDifference, ladder, note, plan, planSentence, trouble, twin } = explanation
  const thrown = errors.map(({ sentence, at }) =>
    fact('Thrown', at === undefined ? sentence : `${sentence}\n${at}`, width),
  )
  const happened =
    trouble === undefined
      ? // Where nothing was made to go wrong, what the program threw is the story, and the rest its consequence.
        [
          ...(plan.faults.length === 0 ? thrown : []),
          ...brokenFacts(explanation, width),
          ...(plan.faults.length === 0 ? [] : thrown),
          faultFact(plan, planSentence, width),
        ]
      : troubleFacts(trouble, thrown, faultFact(plan, planSentence, width), width)
  const below: string[] = []
  if (firstDifference !== undefined) below.push(fact('They part', firstDifference.sentence, width))
  if (note !== undefined) below.push(fact('Note', note, width))
  // A run that cannot be judged and has no twin is told in a sentence; its steps would only lead away from that.
  const isDrawn = (trouble === undefined || twin !== undefined) && ladder.lanes.length > 1
  const lines = renderLadder(ladder, { width: Math.min(width, MAX_LADDER_WIDTH), ascii: !canDraw() })
  return [happened.join('\n'), ...(isDrawn ? [lines.map(paint).join('\n')] : []), below.join('\n')]
}

/** A run that nobody could watch, because it ended its process: all there is to say. */
export function formatTrouble({ trouble, plan }: { trouble?: Trouble; plan: Plan }, width: number): string {
  if (trouble === undefined) return faultFact(plan, sayPlan(plan), width)
  return troubleFacts(trouble, [], faultFact(plan, sayPlan(plan), width), width).join('\n')
}

function brokenFacts({ promise, happened }: Explanation, width: number): string[] {
  if (happened.length === 0) return []
  const shown = happened
    .slice(0, MAX_HAPPENED)
    .map(({ outcome, message }) => `${style.bad(outcome)}: ${message}.`)
  if (happened.length > MAX_HAPPENED) shown.push(style.quiet(`and ${happened.length - MAX_HAPPENED} more`))
  return [fact('Promised', promise, width), fact('Happened', shown.join('\n'), width)]
}

function troubleFacts({ sentence, next }: Trouble, thrown: string[], fault: string, width: number): string[] {
  return [
    fact('Promised', 'Every run comes to an end, and can be judged there.', width),
    fact('Happened', sentence, width),
    ...thrown,
    fault,
    ...(next === '' ? [] : [fact('Next', next, width)]),
  ]
}

function faultFact({ faults }: Plan, sentence: string, width: number): string {
  return fact(faults.length > 1 ? 'Faults' : 'Fault', sentence, width)
}

const PAINTS: Readonly<Record<LadderLine['mark'], (text: string) => string>> = {
  head: style.title,
  same: style.quiet,
  different: text => text,
  fault: style.warning,
  parting: style.bad,
  fold: style.quiet,
  fails: text => text,
  holds: text => text,
}

function paint({ text, mark }: LadderLine): string {
  if (mark !== 'fails' && mark !== 'holds') return PAINTS[mark](text)
  return text.replace('✗', style.bad('✗')).replaceAll('✓', style.good('✓'))
}

/** The console of Linux itself has no more than its own few characters; everything else shows all of Unicode. */
function canDraw(): boolean {
  return process.env.TERM !== 'linux' && process.env.TERM !== 'dumb'
}
