/**
 * What the judge found out about an answer, set for a terminal so that a student understands it without help.
 */
import type { Report } from '#simulator/desk/desk.ts'
import type { Exercise } from '#simulator/desk/exercise.ts'
import { replayCommand } from '#simulator/explore/exercise-plan.ts'
import type { Counterexample } from '#simulator/explore/judge.ts'
import { sayCoverage } from '#simulator/explore/say-coverage.ts'
import { titleOf } from './choose-exercise.ts'
import { formatDiagnosis } from './diagnosis.ts'
import { formatExplanation, formatTrouble } from './explanation.ts'
import { fact, formatSteps, paragraph, type Step } from './facts.ts'
import { formatTime, plural, style } from './terminal.ts'

export interface CheckReportOptions {
  readonly width: number
  /** What to do after this one holds. */
  readonly next: readonly Step[]
}

export function formatCheck(exercise: Exercise, report: Report, { width, next }: CheckReportOptions): string {
  const parts = [heading(exercise, report)]
  if (report.refused !== undefined) {
    parts.push(paragraph(report.refused.sentence, width))
    if (report.refused.next !== '') parts.push(fact('Next', report.refused.next, width))
  } else if (report.holds) {
    parts.push(...passing(exercise, report, width, next))
  } else {
    parts.push(...failing(exercise, report, width))
  }
  return parts.filter(part => part !== '').join('\n\n')
}

export function heading(
  exercise: Exercise,
  { holds, file, answer }: Pick<Report, 'holds' | 'file' | 'answer'>,
): string {
  const sign = holds ? style.good('✓') : style.bad('✗')
  const what = answer === 'yours' || answer.endsWith('.ts') ? file : `${answer}: ${file}`
  return `${sign} ${style.title(titleOf(exercise))}  ${style.quiet(what)}`
}

function passing(exercise: Exercise, report: Report, width: number, next: readonly Step[]): string[] {
  const { coverage, survey } = report.verdict!
  return [
    `${fact('It holds', exercise.check.goal, width)}\n${tried(report, `${sayCoverage(coverage, survey)} Nothing broke.`, width)}`,
    formatSteps('Next', next, width),
  ]
}

function failing(exercise: Exercise, report: Report, width: number): string[] {
  const { verdict, explanations, diagnosis, answer } = report
  const { counterexamples, coverage, survey } = verdict!
  const [first, ...others] = counterexamples
  const explanation = explanations.find(({ guarantee }) => guarantee === first!.guarantee)
  const isJudged = first!.trouble === undefined
  const { number } = exercise
  return [
    ...(explanation === undefined ? [formatTrouble(first!, width)] : formatExplanation(explanation, width)),
    diagnosis === undefined || !isJudged ? '' : formatDiagnosis(diagnosis, width),
    others.map(other => alsoBroken(other, width)).join('\n'),
    tried(report, sayCoverage(coverage, survey), width),
    formatSteps('Again', [{ command: replayCommand(number, first!.plan, answer), what: '' }], width),
    answer !== 'yours' || !isJudged
      ? ''
      : formatSteps('Next', [{ command: `npm run hint ${number}`, what: 'hints, one at a time' }], width),
  ]
}

function alsoBroken({ guarantee, violations, plan }: Counterexample, width: number): string {
  const broken = violations.find(violation => violation.guarantee === guarantee)
  const faults = plan.faults.length === 0 ? 'without a fault' : `under ${plural(plan.faults.length, 'fault')}`
  return fact(
    'Also',
    `${style.title(guarantee)} ${faults}: ${broken === undefined ? 'broken' : `${style.bad(broken.outcome)}, ${broken.message}`}.`,
    width,
  )
}

function tried({ verdict, realMs }: Report, what: string, width: number): string {
  const cost = style.quiet(`${plural(verdict!.coverage.runs, 'run')} in ${formatTime(realMs)}`)
  return `${fact('Tried', what, width)}\n${fact('', cost, width)}`
}
