/**
 * Holds a scenario's guarantees against the evidence of a run, simulated or real.
 */
import type { Evidence, Guarantee, Violation } from './scenario.ts'

export interface BrokenGuarantee extends Violation {
  readonly guarantee: string
  readonly promise: string
}

/** @param isHappyPath whether nothing was meant to fail */
export function judge(
  guarantees: readonly Guarantee[],
  evidence: Evidence,
  isHappyPath: boolean,
): BrokenGuarantee[] {
  return guarantees.flatMap(guarantee => {
    // "It happened at all" is a promise about the workload; a fault may well keep it from happening.
    if (guarantee.kind === 'sometimes' && !isHappyPath) return []
    return guarantee
      .judge(evidence)
      .map(violation => ({ guarantee: guarantee.name, promise: guarantee.promise, ...violation }))
  })
}
