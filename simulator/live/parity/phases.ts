/**
 * The order flow in phases that make the order of messages a matter of logic instead of timing.
 *
 * As soon as two services write to one partition at once, or one service handles what two others tell it about an order, the
 * order in that partition is whoever was quicker, in a simulator as on a broker. So each phase has one source of news, and the
 * next one begins when everything is at rest:
 *
 * - products: the client lists products one after another, and inventory gets to know all of them;
 * - orders: it places orders one after another, with nobody there to pay or reserve, so that nothing but its own
 *   commands reaches the partitions of `order.events`;
 * - payment: payments comes up. Partition p of `payment.events` follows partition p of `order.events`, as both are keyed by
 *   the order's id and have the same number of partitions; what orders makes of it follows in turn;
 * - stock: inventory comes up again, and the same holds for `stock.events`;
 * - changes: the client cancels, ships and changes prices, one after another.
 *
 * A consumer may interleave partitions as it likes: within each, everything still follows the partition it came from.
 */
import type { Fault } from '#simulator/world/runtime.ts'

export type PhaseName = 'products' | 'orders' | 'payment' | 'stock' | 'changes'

export interface Phase {
  readonly name: PhaseName
  /** The services that are not up while it lasts; all others are. */
  readonly down: readonly string[]
}

export const PHASES: readonly Phase[] = [
  { name: 'products', down: ['payments'] },
  { name: 'orders', down: ['payments', 'inventory'] },
  { name: 'payment', down: ['inventory'] },
  { name: 'stock', down: [] },
  { name: 'changes', down: [] },
]

/** The services that come and go. */
export const GATED: readonly string[] = [...new Set(PHASES.flatMap(({ down }) => down))].sort()

/** Who puts services up and down: a plan in the simulator, a crew of processes in the field. */
export interface Conductor {
  /** Resolves when the services are as the phase wants them. */
  begin(phase: Phase, before: Phase | undefined): Promise<void>
  /** Resolves when nothing is left to do. */
  rest(phase: Phase): Promise<void>
}

/** @param act what the client does in each phase */
export async function runPhases(conductor: Conductor, act: (phase: Phase) => Promise<void>): Promise<void> {
  for (const [index, phase] of PHASES.entries()) {
    await conductor.begin(phase, PHASES[index - 1])
    await act(phase)
    await conductor.rest(phase)
  }
}

/** The phases as faults of a plan, when every phase lasts `lengthMs` of virtual time. */
export function toPlan(lengthMs: number): Fault[] {
  const isDown = (service: string, index: number) => PHASES[index]?.down.includes(service) === true
  return GATED.flatMap(service =>
    PHASES.flatMap((_, first) => {
      if (!isDown(service, first) || isDown(service, first - 1)) return []
      const after = PHASES.findIndex((_, index) => index > first && !isDown(service, index))
      return [{ kind: 'down', service, from: first * lengthMs, for: (after - first) * lengthMs }]
    }),
  )
}
