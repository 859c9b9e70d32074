/**
 * What a save has changed: the difference between two reports on the same exercise.
 */
import type { Report } from '#simulator/desk/desk.ts'
import type { Counterexample, Verdict } from '#simulator/explore/judge.ts'
import { failuresOf } from '#simulator/explore/survey.ts'
import { formatCount, plural, style } from './terminal.ts'

/** A line for each guarantee whose fate has changed, and what else has; none when the file cannot be judged now. */
export function describeChange(before: Report, now: Report): string[] {
  if (now.refused !== undefined) return []
  if (before.refused !== undefined) return ['The file could not be judged before; now it can.']
  const was = byGuarantee(before)
  const is = byGuarantee(now)
  const lines: string[] = []
  for (const [guarantee, counterexample] of was) {
    if (is.has(guarantee)) continue
    lines.push(`${style.good('✓')} ${style.title(guarantee)} was ${say(counterexample)}; ${nowHolds(now)}.`)
  }
  for (const [guarantee, counterexample] of is) {
    const earlier = was.get(guarantee)
    if (earlier === undefined) {
      lines.push(
        `${style.bad('✗')} ${style.title(guarantee)} ${before.holds ? 'held before' : 'was not seen to break'}; now it is ${say(counterexample)}.`,
      )
    } else if (say(earlier) !== say(counterexample)) {
      lines.push(
        `${style.bad('✗')} ${style.title(guarantee)} was ${say(earlier)}; now it is ${say(counterexample)}.`,
      )
    }
  }
  lines.push(...otherChanges(before, now))
  return lines.length === 0 ? ['changed nothing in the verdict.'] : lines
}

/** For failing answers: whether fewer faults break it, and whether it makes another mistake now. */
function otherChanges(before: Report, now: Report): string[] {
  if (before.holds || now.holds || before.verdict === undefined || now.verdict === undefined) return []
  const lines: string[] = []
  const [was, is] = [brokenSingles(before.verdict), brokenSingles(now.verdict)]
  if (was !== is)
    lines.push(
      `${plural(was, 'single fault')} broke it; now ${is === 0 ? 'none does' : `${formatCount(is)} ${is === 1 ? 'does' : 'do'}`}.`,
    )
  const [earlier, later] = [nameOf(before), nameOf(now)]
  if (earlier !== later) lines.push(`It behaved like ${earlier}; now like ${later}.`)
  return lines
}

function brokenSingles({ survey }: Verdict): number {
  return failuresOf(survey).filter(({ plan }) => plan.faults.length > 0).length
}

function nameOf({ diagnosis }: Report): string {
  return diagnosis?.kind === 'known' ? diagnosis.mistakes.join(' or ') : 'no mistake that is known'
}

function byGuarantee({ verdict }: Report): Map<string, Counterexample> {
  return new Map((verdict?.counterexamples ?? []).map(each => [each.guarantee, each]))
}

/** "doubled by crash", "stuck by crash and rebalance" */
function say({ guarantee, violations, trouble, plan }: Counterexample): string {
  const outcome =
    trouble?.code ?? violations.find(violation => violation.guarantee === guarantee)?.outcome ?? 'broken'
  if (plan.faults.length === 0) return `${outcome} without any fault`
  return `${outcome} under ${plural(plan.faults.length, 'fault')} (${plan.faults.map(({ kind }) => kind).join(', ')})`
}

function nowHolds({ holds, verdict }: Report): string {
  if (holds) return 'now it holds'
  return verdict?.survey.stoppedBy === undefined
    ? 'now it holds under all single faults'
    : 'now nothing broke it before the run that did not end'
}
