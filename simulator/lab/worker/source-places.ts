/**
 * Places in a student's file instead of places in the module that was made of it.
 */
import type { Explanation } from '#simulator/explore/explain.ts'

/** What was thrown elsewhere, in a package or in the workbench itself, gets no place: it would help nobody. */
export function withSourcePlaces(
  explanation: Explanation,
  { places }: { readonly places: readonly string[] },
): Explanation {
  const errors = explanation.errors.map(({ at, ...error }) => {
    const place = at === undefined ? undefined : placeOf(at, places)
    return place === undefined ? error : { ...error, at: place }
  })
  return { ...explanation, errors }
}

function placeOf(at: string, places: readonly string[]): string | undefined {
  const line = /\/slots\/[\w-]+\/[\w~-]+\.js(?:\?\d+)?:(\d+):\d+$/.exec(at)?.[1]
  const place = line === undefined ? undefined : places[Number(line) - 1]
  return place === '' ? undefined : place
}
