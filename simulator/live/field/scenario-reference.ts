/**
 * Which scenario a field run is about, as something that can be handed to another process.
 */
import { pathToFileURL } from 'node:url'
import { loadExercise } from '#simulator/desk/exercise.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'

export type ScenarioReference =
  | { readonly kind: 'shop' }
  /** `answer` is the file with the student's or the reference answer; it is imported as it is. */
  | { readonly kind: 'exercise'; readonly exercise: string; readonly answer: string }

/** For whoever runs its services; the workload and the judge may have a scenario object of their own. */
export async function loadScenario(reference: ScenarioReference): Promise<Scenario> {
  if (reference.kind === 'shop') {
    // Not for exercises: the shop is wired of answers to other exercises, which a student need not have given yet.
    const { createShop } = await import('#simulator/shop/shop.ts')
    return createShop()
  }
  const { check } = await loadExercise(reference.exercise)
  const answer = (await import(pathToFileURL(reference.answer).href)) as Record<string, unknown>
  return check.scenario(() => answer)
}
