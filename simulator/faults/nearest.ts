/**
 * The valid names nearest to one that was mistyped.
 */
import { distance } from 'fastest-levenshtein'

/** @returns up to `count` names, nearest first; ties in the order given */
export function nearest(name: string, valid: readonly string[], count = 2): string[] {
  return valid
    .map(candidate => ({ candidate, far: distance(name, candidate) }))
    .sort((left, right) => left.far - right.far)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}
