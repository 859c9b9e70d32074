/**
 * Signatures: which guarantees break under which family of faults, and how. Two files with equal signatures behave alike.
 */
import type { Check } from './check.ts'
import { type Failure, guaranteesOf, type Survey } from './survey.ts'

/** Sorted entries like `duplicate-later: stock-is-right doubled`. Empty for an answer that holds under all single faults. */
export type Signature = readonly string[]

export interface KnownSignature {
  /** The file it was taken from: `no-dedupe` or `no-dedupe~batch`. */
  readonly answer: string
  readonly signature: Signature
}

export type Diagnosis =
  /** Behaves exactly like a known mistake. */
  | { readonly kind: 'known'; readonly mistakes: readonly string[] }
  /** Like none that is known; the nearest first. */
  | { readonly kind: 'unknown'; readonly nearest: readonly Neighbour[] }

export interface Neighbour {
  readonly mistake: string
  /** 1 for equal signatures, 0 for signatures with nothing in common. */
  readonly likeness: number
}

/** A likeness below this is not worth mentioning. */
const WORTH_MENTIONING = 0.2
const NEIGHBOURS = 3

/** What the survey says about the families that identify mistakes. */
export function signatureOf(check: Check, { happyPath, families }: Survey): Signature {
  const entries = new Set<string>()
  // Without a fault the numbers count as well: many a mistake loses something there, and few lose the same.
  if (happyPath !== undefined) {
    addEntries(entries, 'no fault', happyPath)
    for (const { message } of happyPath.violations) entries.add(`no fault: ${message}`)
  }
  for (const { family, failures } of families) {
    if (check.probes !== undefined && !check.probes.includes(family)) continue
    for (const failure of failures) addEntries(entries, family, failure)
  }
  return [...entries].sort()
}

/** @param mistakeOf the mistake that a known answer is an example of */
export function diagnose(
  signature: Signature,
  known: readonly KnownSignature[],
  mistakeOf: (answer: string) => string,
): Diagnosis {
  const likenesses = new Map<string, number>()
  for (const { answer, signature: other } of known) {
    const mistake = mistakeOf(answer)
    likenesses.set(mistake, Math.max(likenesses.get(mistake) ?? 0, likenessOf(signature, other)))
  }
  const ranked = [...likenesses].sort(([a, alike], [b, blike]) => blike - alike || (a < b ? -1 : 1))
  const equal = ranked.filter(([, likeness]) => likeness === 1).map(([mistake]) => mistake)
  if (equal.length > 0) return { kind: 'known', mistakes: equal }
  return {
    kind: 'unknown',
    nearest: ranked
      .filter(([, likeness]) => likeness >= WORTH_MENTIONING)
      .slice(0, NEIGHBOURS)
      .map(([mistake, likeness]) => ({ mistake, likeness })),
  }
}

function addEntries(entries: Set<string>, family: string, failure: Failure): void {
  if (failure.trouble !== undefined) {
    entries.add(`${family}: ${guaranteesOf(failure)[0]} ${failure.trouble.code}`)
    return
  }
  for (const { guarantee, outcome } of failure.violations) entries.add(`${family}: ${guarantee} ${outcome}`)
}

/** The share of entries two signatures have in common (Jaccard's index). */
function likenessOf(a: Signature, b: Signature): number {
  const common = a.filter(entry => b.includes(entry)).length
  const all = new Set([...a, ...b]).size
  return all === 0 ? 1 : common / all
}
