/**
 * From what a link names to a scenario that can be run.
 */
import type { Check, SlotModule } from '#simulator/explore/check.ts'
import { targetsOf } from '#simulator/explore/exercise-plan.ts'
import { loadOrRefuse, requireExports } from '#simulator/explore/slot-exports.ts'
import { parsePlan } from '#simulator/faults/plan.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { createWorld } from '#simulator/world/world.ts'
import type { RunRequest } from './protocol.ts'
import { createRush } from './rush.ts'
import { type LoadedSlot, loadSlot } from './slot-modules.ts'

const CHECKS = import.meta.glob<{ default: Check }>('../../../exercises/*/check.ts')

export interface Loaded {
  /** A scenario for one run. */
  create(): Scenario
  readonly slot?: LoadedSlot
}

export interface LoadedExercise {
  readonly check: Check
  readonly slot: LoadedSlot
  readonly load: () => SlotModule
}

/** @throws WorkbenchError `unknown-exercise` */
export async function loadCheck(exercise: string): Promise<Check> {
  const found = CHECKS[`../../../exercises/${exercise}/check.ts`]
  if (found === undefined) {
    throw new WorkbenchError(
      'unknown-exercise',
      `There is no exercise ${exercise}.`,
      'Choose one under Learn.',
    )
  }
  return (await found()).default
}

/** @throws WorkbenchError for an exercise or an answer that there is not, or that cannot be loaded */
export async function loadExercise(base: string, exercise: string, answer: string): Promise<LoadedExercise> {
  const check = await loadCheck(exercise)
  const slot = await loadSlot(base, exercise, answer)
  // In a world of its own, so that a timer which the file starts while it is loaded belongs to nobody and is forgotten.
  await createWorld({ seed: 1 }).enter(async () =>
    requireExports(loadOrRefuse(slot.instantiate, slot.file), slot.file, check),
  )
  return { check, slot, load: slot.instantiate }
}

/** @throws WorkbenchError for what cannot be run: an answer, or a plan that names what the scenario does not have */
export async function loadScenario(base: string, { scenario, plan }: RunRequest): Promise<Loaded> {
  switch (scenario.kind) {
    case 'shop':
      return { create: () => createShop({ orders: scenario.orders }) }
    case 'rush':
      return { create: () => createRush(scenario.messages) }
    case 'exercise': {
      const { check, slot, load } = await loadExercise(base, scenario.exercise, scenario.answer)
      parsePlan(plan, 'link', targetsOf(check))
      return { create: () => check.scenario(load), slot }
    }
  }
}
