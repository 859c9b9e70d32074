/**
 * What a survey found broken, for whoever reads a survey without making one.
 */
import type { Failure, Survey } from './survey.ts'

/** Everything a survey found broken, the run without a fault first. */
export function failuresOf({ happyPath, families }: Survey): Failure[] {
  return [...(happyPath === undefined ? [] : [happyPath]), ...families.flatMap(({ failures }) => failures)]
}
