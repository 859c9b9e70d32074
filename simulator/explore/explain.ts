/**
 * Explains a failure: the plan in words, the run beside its passing twin, and where the two part.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { SimulateOptions } from '#simulator/scenario/simulate.ts'
import type { Check, SlotModule } from './check.ts'

export interface ExplanationRequest {
  readonly plan: Plan
  /** The broken guarantee the explanation is about. */
  readonly guarantee: string
}

export interface Explanation {
  readonly guarantee: string
}

export async function explain(
  check: Check,
  load: () => SlotModule,
  request: ExplanationRequest,
  options: SimulateOptions = {},
): Promise<Explanation> {
  void check
  void load
  void options
  return { guarantee: request.guarantee }
}
