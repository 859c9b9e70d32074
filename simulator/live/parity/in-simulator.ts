/**
 * One side of a comparison: the order flow in the simulator, its phases as windows of virtual time.
 */
import type { AppendRecord } from '#simulator/kafka/records.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { createShopper, sleep } from '#simulator/shop/shopper.ts'
import { SUMMARY_FOLDS } from '#simulator/shop/summary.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { perform } from './acts.ts'
import type { Flow } from './compare.ts'
import type { Side, Task } from './parity.ts'
import { type Conductor, PHASES, type Phase, runPhases, toPlan } from './phases.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

/** Virtual time costs nothing, so a phase has far more of it than it needs. */
const SHORTEST_PHASE_MS = 60_000
const PER_ORDER_MS = 200
/** The log must have been quiet for that long when a phase ends. */
const QUIET_MS = 10_000

/** @throws WorkbenchError `phase-too-short`; whatever kept the simulator from ending the run */
export async function runInSimulator(flow: Flow, { data, acts, seed }: Task): Promise<Side> {
  const shop = createShop({ data })
  const phaseMs = SHORTEST_PHASE_MS + PER_ORDER_MS * data.orders.length
  const phased: Scenario = {
    ...shop,
    async workload() {
      const shopper = createShopper(shop.notes)
      try {
        await runPhases(conductBy(phaseMs), async ({ name }) => {
          for (const act of acts[name] ?? []) await perform(shopper, shop.notes, act)
        })
      } catch (error) {
        // In the simulation a client that fails is a process that ends, and no reason to stop.
        failure = error
      }
    },
  }
  let failure: unknown
  let snapshot: Snapshot | undefined
  const startedAt = performance.now()
  const run = await simulate(
    flow === 'phased' ? phased : shop,
    { seed, faults: flow === 'phased' ? toPlan(phaseMs) : [] },
    {
      hash: false,
      folds: [...SUMMARY_FOLDS, appendTimes],
      inspect(evidence) {
        if (flow === 'phased') refuseRestless(evidence.fold(appendTimes), phaseMs)
        snapshot = takeSnapshot(evidence, shop.notes)
      },
    },
  )
  if (failure !== undefined) throw failure
  if (run.trouble !== undefined) throw run.trouble
  return {
    title: 'the simulator',
    snapshot: snapshot!,
    violations: run.violations,
    tookMs: performance.now() - startedAt,
    virtualMs: run.virtualMs,
  }
}

/** Services come and go by the plan; all there is to do is to wait for it. */
function conductBy(phaseMs: number): Conductor {
  const endOf = (phase: Phase) => (PHASES.indexOf(phase) + 1) * phaseMs
  return {
    async begin() {},
    async rest(phase) {
      const leftMs = endOf(phase) - performance.now()
      if (leftMs < QUIET_MS) throw tooShort(phase)
      if (phase !== PHASES.at(-1)) await sleep(leftMs)
    },
  }
}

/** Virtual milliseconds from the start, of every message. */
const appendTimes: Fold<number[]> = {
  name: 'append-times',
  initial: () => [],
  apply(times, record) {
    if (isAppend(record)) times.push(record.t)
    return times
  },
}

const isAppend = (record: TraceRecord): record is TraceRecord & AppendRecord => record.kind === 'kafka.append'

function refuseRestless(times: readonly number[], phaseMs: number): void {
  for (const [index, phase] of PHASES.slice(0, -1).entries()) {
    const endMs = (index + 1) * phaseMs
    if (times.some(t => t > endMs - QUIET_MS && t <= endMs)) throw tooShort(phase)
  }
}

function tooShort({ name }: Phase): WorkbenchError {
  return new WorkbenchError(
    'phase-too-short',
    `The simulator had not come to rest when the phase "${name}" ended, so the order of messages is a matter of timing.`,
    'Compare fewer orders, or the natural flow: npm run parity -- --natural.',
  )
}
