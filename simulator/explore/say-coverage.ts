/**
 * What was tried, in words: exactly that, and never that anything was proved.
 */
import type { Coverage } from './judge.ts'
import { formatCount, plural } from './say-numbers.ts'
import type { Survey } from './survey.ts'
import { failuresOf } from './survey-failures.ts'

/** "The run without a fault, all 102 single faults, all 6,790 pairs of them and 400 sampled plans of 3 to 6." */
export function sayCoverage(coverage: Coverage, survey: Survey): string {
  const { singles, allSingles, pairs, allPairs, samples, sampleSizes } = coverage
  const tried = ['the run without a fault']
  if (survey.stoppedBy !== undefined) {
    if (singles > 0) tried.push(`${plural(singles, 'single fault')}, up to the one whose run did not end`)
  } else if (singles < allSingles) {
    tried.push(`${plural(singles, 'single fault')} of ${formatCount(allSingles)}, one of each sort`)
  } else {
    tried.push(`all ${plural(singles, 'single fault')}`)
  }
  if (pairs > 0) {
    tried.push(
      pairs === allPairs
        ? `all ${plural(pairs, 'pair')}`
        : `${formatCount(pairs)} of ${plural(allPairs ?? pairs, 'pair')}, some of every sort`,
    )
  }
  if (samples > 0) tried.push(`${plural(samples, 'sampled plan')} of ${sampleSizes[0]} to ${sampleSizes[1]}`)
  const list = tried.length === 1 ? tried[0]! : `${tried.slice(0, -1).join(', ')} and ${tried.at(-1)}`
  return `${list.charAt(0).toUpperCase()}${list.slice(1)}.${sayBroken(survey)}`
}

/** How many of the single faults broke something. */
function sayBroken(survey: Survey): string {
  const broken = failuresOf(survey).filter(({ plan }) => plan.faults.length > 0).length
  // Where the run without a fault fails already, that the others do is no news.
  if (broken === 0 || survey.happyPath !== undefined) return ''
  return ` ${formatCount(broken)} of the single faults ${broken === 1 ? 'breaks' : 'break'} something.`
}
