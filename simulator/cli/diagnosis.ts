/**
 * The name of the mistake that an answer behaves like, with the first hint; or that it is none of those that are known.
 */
import type { NamedDiagnosis } from '#simulator/desk/desk.ts'
import type { Neighbour } from '#simulator/explore/signature.ts'
import { fact } from './facts.ts'
import { style } from './terminal.ts'

export function formatDiagnosis(diagnosis: NamedDiagnosis, width: number): string {
  const lines = [fact('Diagnosis', sayDiagnosis(diagnosis), width)]
  if (diagnosis.mistake !== undefined) lines.push(fact('Hint', diagnosis.mistake.hints[0], width))
  return lines.join('\n')
}

/** "This behaves like `no-dedupe`: …", or that nobody knows it. */
export function sayDiagnosis(diagnosis: NamedDiagnosis): string {
  if (diagnosis.kind === 'unknown') return sayUnknown(diagnosis.nearest)
  const names = joinWith(
    'or',
    diagnosis.mistakes.map(name => style.title(name)),
  )
  const between = diagnosis.mistakes.length > 1 ? ', which do the same under every fault that was tried' : ''
  const explanation = diagnosis.mistake?.explanation
  return sentence(
    `This behaves like ${names}${between}${explanation === undefined ? '' : `: ${explanation}`}`,
  )
}

function sayUnknown(nearest: readonly Neighbour[]): string {
  const unknown = 'This behaves like no mistake that is known here.'
  if (nearest.length === 0) return unknown
  const neighbours = nearest.map(({ mistake, likeness }) => `${mistake} (${percent(likeness)} alike)`)
  return `${unknown} Nearest, but not the same: ${joinWith('and', neighbours)}.`
}

/** Never 100: what is all alike would have been named. */
export function percent(likeness: number): string {
  return `${Math.min(99, Math.round(likeness * 100))} %`
}

function joinWith(word: string, items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
