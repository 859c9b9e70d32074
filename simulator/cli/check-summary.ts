/**
 * Several exercises judged at once: a line each, and where to look first.
 */
import stringWidth from 'string-width'
import type { Report } from '#simulator/desk/desk.ts'
import type { Exercise } from '#simulator/desk/exercise.ts'
import { titleOf } from './choose-exercise.ts'
import { formatSteps } from './facts.ts'
import { formatTime, pad, plural, style } from './terminal.ts'

const TITLE_WIDTH = 28

export function formatSummaryLine(exercise: Exercise, report: Report, width: number): string {
  const sign = report.holds ? style.good('✓') : style.bad('✗')
  const said = saidOf(report)
  const start = `${sign} ${pad(titleOf(exercise), TITLE_WIDTH)}  `
  return `${start}${clip(said, width - 4 - TITLE_WIDTH)}`
}

export function formatSummary(
  exercises: readonly Exercise[],
  reports: readonly Report[],
  width: number,
): string {
  const holding = reports.filter(({ holds }) => holds).length
  const realMs = reports.reduce((sum, report) => sum + report.realMs, 0)
  const first = reports.findIndex(({ holds }) => !holds)
  const told = `  ${plural(holding, 'exercise')} of ${reports.length} ${holding === 1 ? 'holds' : 'hold'} ${style.quiet(`in ${formatTime(realMs)}`)}`
  if (first === -1) return told
  const command = `npm run check ${exercises[first]!.number}`
  return `${told}\n\n${formatSteps('Next', [{ command, what: 'the whole story of the first that does not hold' }], width)}`
}

function saidOf({ holds, refused, verdict, diagnosis }: Report): string {
  if (holds) return `holds under ${plural(verdict!.coverage.runs, 'plan')}`
  if (refused !== undefined) return refused.sentence
  const { guarantee, trouble, violations } = verdict!.counterexamples[0]!
  if (trouble !== undefined) return trouble.sentence
  const broken = violations.find(violation => violation.guarantee === guarantee)
  const like = diagnosis?.kind === 'known' ? `, like ${diagnosis.mistakes.join(' or ')}` : ''
  return `${guarantee}: ${broken?.outcome ?? 'broken'}${like}`
}

function clip(text: string, width: number): string {
  return stringWidth(text) <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
