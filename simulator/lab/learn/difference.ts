/**
 * What a save has changed: the difference between two judgements of the same exercise.
 */
import { formatCount, plural } from '#simulator/explore/say-numbers.ts'
import type { Broken, Summary } from './summary.ts'

export interface Change {
  readonly mark: 'better' | 'worse' | 'other'
  readonly text: string
}

/** A line for each guarantee whose fate has changed, then what else has; none when nothing that can be seen has. */
export function describeDifference(before: Summary, now: Summary): Change[] {
  if (now.refused !== undefined) {
    if (before.refused === undefined)
      return [{ mark: 'worse', text: 'The file could be judged before; now it cannot.' }]
    return before.refused === now.refused
      ? []
      : [{ mark: 'other', text: 'The file could not be judged before either, for another reason.' }]
  }
  if (before.refused !== undefined)
    return [{ mark: 'better', text: 'The file could not be judged before; now it can.' }]
  const changes: Change[] = []
  for (const was of before.broken) {
    if (!now.broken.some(({ guarantee }) => guarantee === was.guarantee)) {
      changes.push({ mark: 'better', text: `${was.guarantee} was ${say(was)}; ${nowHolds(now)}.` })
    }
  }
  for (const is of now.broken) {
    const was = before.broken.find(({ guarantee }) => guarantee === is.guarantee)
    if (was === undefined) {
      const earlier = before.holds ? 'held before' : 'was not seen to break'
      changes.push({ mark: 'worse', text: `${is.guarantee} ${earlier}; now it is ${say(is)}.` })
    } else if (say(was) !== say(is)) {
      const mark = is.faults.length > was.faults.length ? 'better' : 'other'
      changes.push({ mark, text: `${is.guarantee} was ${say(was)}; now it is ${say(is)}.` })
    }
  }
  return [...changes, ...otherChanges(before, now)]
}

/** For failing answers: whether fewer faults break it, and whether it makes another mistake now. */
function otherChanges(before: Summary, now: Summary): Change[] {
  if (before.holds || now.holds) return []
  const changes: Change[] = []
  if (before.brokenSingles !== now.brokenSingles) {
    const broke = `${plural(before.brokenSingles, 'single fault')} broke something`
    const breaks =
      now.brokenSingles === 0
        ? 'none does'
        : `${formatCount(now.brokenSingles)} of ${formatCount(now.singles)} ${now.brokenSingles === 1 ? 'does' : 'do'}`
    changes.push({
      mark: now.brokenSingles < before.brokenSingles ? 'better' : 'worse',
      text: `${broke}; now ${breaks}.`,
    })
  }
  const [was, is] = [nameOf(before), nameOf(now)]
  if (was !== is) changes.push({ mark: 'other', text: `It behaved like ${was}; now like ${is}.` })
  return changes
}

/** "doubled by one fault (crash)" */
function say({ outcome, faults }: Broken): string {
  if (faults.length === 0) return `${outcome} without any fault`
  const count = faults.length === 1 ? 'one fault' : plural(faults.length, 'fault')
  return `${outcome} under ${count} (${faults.join(', ')})`
}

function nowHolds(now: Summary): string {
  return now.holds ? 'now it holds' : 'now nothing that was tried breaks it'
}

function nameOf({ mistakes }: Summary): string {
  return mistakes.length === 0 ? 'no mistake that is known' : mistakes.join(' or ')
}
