/**
 * An explained run for a terminal: what was promised, what happened, under which faults, and beside it the run without them.
 */
import type { Explanation } from '#simulator/explore/explain.ts'
import { type LadderLine, renderLadder } from '#simulator/trace/render-ladder.ts'
import { fact } from './facts.ts'
import { style } from './terminal.ts'

/** Wider than this, two runs side by side are far apart. */
const MAX_LADDER_WIDTH = 140
const MAX_HAPPENED = 4

/** @returns sections, to be set apart by empty lines */
export function formatExplanation(explanation: Explanation, width: number): string[] {
  const { promise, happened, errors, firstDifference, ladder, note, plan, planSentence } = explanation
  const facts: string[] = []
  if (happened.length > 0) {
    facts.push(fact('Promised', promise, width))
    const shown = happened
      .slice(0, MAX_HAPPENED)
      .map(({ outcome, message }) => `${style.bad(outcome)}: ${message}.`)
    if (happened.length > MAX_HAPPENED) shown.push(style.quiet(`and ${happened.length - MAX_HAPPENED} more`))
    facts.push(fact('Happened', shown.join('\n'), width))
  }
  for (const { sentence, at } of errors)
    facts.push(fact('Thrown', at === undefined ? sentence : `${sentence}\n${at}`, width))
  facts.push(fact(plan.faults.length > 1 ? 'Faults' : 'Fault', planSentence, width))
  const below: string[] = []
  if (firstDifference !== undefined) below.push(fact('They part', firstDifference.sentence, width))
  if (note !== undefined) below.push(fact('Note', note, width))
  const lines = renderLadder(ladder, { width: Math.min(width, MAX_LADDER_WIDTH), ascii: !canDraw() })
  return [facts.join('\n'), lines.map(paint).join('\n'), below.join('\n')]
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
