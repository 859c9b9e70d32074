/**
 * Does the simulator tell the truth? The same orders through the same files, simulated and on a real broker, and compared.
 */
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { DataSet } from '#simulator/shop/data-set.ts'
import type { Place } from '../field/place.ts'
import type { Acts } from './acts.ts'
import { type Comparison, compare, type Flow } from './compare.ts'
import { runInSimulator } from './in-simulator.ts'
import { runOnBroker } from './on-broker.ts'
import type { Snapshot } from './snapshot.ts'

export interface Task {
  readonly data: DataSet
  /** What the client does in each phase. The natural flow has none of it: there the data set is the workload. */
  readonly acts: Acts
  /** For what chance decides: latencies in the simulator. The outcome must not depend on it. */
  readonly seed: number
}

/** What one of the two made of the task. */
export interface Side {
  /** `the simulator` */
  readonly title: string
  readonly snapshot: Snapshot
  readonly violations: readonly BrokenGuarantee[]
  /** Real milliseconds, with starting and stopping. */
  readonly tookMs: number
  readonly virtualMs?: number
}

export interface Parity {
  readonly flow: Flow
  /** The simulator, then the broker. */
  readonly sides: readonly [Side, Side]
  readonly comparisons: readonly Comparison[]
  /** Nothing differs, and every guarantee holds on both sides. */
  readonly holds: boolean
}

/** For whoever waits. */
export interface Guidance {
  readonly onPhase?: (phase: string) => void
  /** Ends the run on the broker early: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** The broker's topics must be free: they are emptied first. */
export async function measureParity(
  flow: Flow,
  task: Task,
  place: Pick<Place, 'cluster' | 'address'>,
  guidance: Guidance = {},
): Promise<Parity> {
  guidance.onPhase?.('simulate')
  const simulated = await runInSimulator(flow, task)
  guidance.signal?.throwIfAborted()
  const real = await runOnBroker(flow, task, place, guidance)
  const comparisons = compare(simulated.snapshot, real.snapshot, flow)
  const differs = comparisons.some(({ differences }) => differences.length > 0)
  const holds = !differs && simulated.violations.length + real.violations.length === 0
  return { flow, sides: [simulated, real], comparisons, holds }
}
