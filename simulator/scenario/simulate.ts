/**
 * `run = simulate(scenario, plan)`: the same scenario and the same plan make the same trace, byte for byte.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import { createNetwork } from '#simulator/http/network.ts'
import { createCluster } from '#simulator/kafka/cluster.ts'
import type { Host, Service } from '#simulator/service.ts'
import { createDatabases } from '#simulator/sqlite/databases.ts'
import type { DatabasePool } from '#simulator/sqlite/pool.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import { createTraceHash } from '#simulator/trace/hash.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault, ProcessHandle, TraceRecord } from '#simulator/world/runtime.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import { createWorld, type Deadline, type Settled, type World } from '#simulator/world/world.ts'
import { type BrokenGuarantee, judge } from './judge.ts'
import { observeReadModels } from './observe.ts'
import type { Evidence, Scenario } from './scenario.ts'
import { refuseUnstruck, troubleOf } from './trouble.ts'

export interface SimulateOptions {
  /** Gets every record as it is made, and what may be looked at besides; it must not change anything. */
  readonly onRecord?: (record: TraceRecord, evidence: Evidence) => void
  /** Folds to feed besides the scenario's own; read them from the run's evidence. */
  readonly folds?: readonly Fold<unknown>[]
  /** Virtual milliseconds between two samples of each read model; 0 for none but the last. Default 0. */
  readonly observeEveryMs?: number
  /** Virtual milliseconds the system may go on with its faults, once the workload is done and the last window has passed, before it is healed. Default 2 minutes. */
  readonly patienceMs?: number
  /**
   * Virtual milliseconds it has to recover once it was healed; what is still going on then (a consumer that fails for ever, a
   * clean-up that never rests) is judged as it stands. Default 10 minutes.
   */
  readonly recoveryMs?: number
  /** See WorldOptions. */
  readonly maxVirtualMs?: number
  readonly maxSteps?: number
  readonly pulse?: Int32Array
  /** False saves the cost of hashing when nobody asks for the hash. Default true. */
  readonly hash?: boolean
  /** What to do about faults at sites the run never came by. Default `refuse`: a person has mistyped something. */
  readonly unstruck?: 'refuse' | 'ignore'
  /** Where the databases come from, and with them the SQL engine. Default: one pool for the whole thread. */
  readonly pool?: DatabasePool
  /** Called once the guarantees have been judged, with everything the judge may look at; not for a run that did not come to rest. The databases are gone afterwards. */
  readonly inspect?: (evidence: Evidence) => void
}

export interface Run {
  /** True when every guarantee holds and the run came to an end by itself. */
  readonly holds: boolean
  readonly violations: readonly BrokenGuarantee[]
  /** What kept the run from being judged: code that waits outside the simulation, or that never settles. */
  readonly trouble: WorkbenchError | undefined
  /** SHA-256 of the trace as NDJSON; empty when it was not asked for. */
  readonly traceHash: string
  readonly records: number
  readonly steps: number
  readonly virtualMs: number
  /** Virtual time at which everything was healed. */
  readonly healedAtMs: number
  /** Faults of the plan at sites the run never came by; the run would have been the same without them. */
  readonly unstruck: readonly Fault[]
  /** The places where a fault could have struck, in the order of the first visit. */
  sites(): readonly VisitedSite[]
}

const MINUTE_MS = 60_000

/**
 * Runs the scenario under the plan: with its faults, then healed, then judged.
 * @throws WorkbenchError `unknown-site` or `misplaced-fault` when the plan names a site that was never visited or cannot suffer the fault
 */
export async function simulate(scenario: Scenario, plan: Plan, options: SimulateOptions = {}): Promise<Run> {
  const folds = new Map<Fold<unknown>, unknown>()
  for (const fold of [...(scenario.folds ?? []), ...(options.folds ?? [])]) folds.set(fold, fold.initial())
  const hash = options.hash === false ? undefined : createTraceHash()
  let records = 0
  const { onRecord } = options
  // With nobody to listen no record is made at all, which is what lets an explorer run thousands of plans a second.
  const listen = (record: TraceRecord): void => {
    records++
    hash?.update(record)
    for (const [fold, state] of folds) folds.set(fold, fold.apply(state, record))
    onRecord?.(record, evidence)
  }

  const world = createWorld({
    seed: plan.seed,
    faults: plan.faults,
    ...(options.maxVirtualMs === undefined ? {} : { maxVirtualMs: options.maxVirtualMs }),
    ...(options.maxSteps === undefined ? {} : { maxSteps: options.maxSteps }),
    ...(options.pulse === undefined ? {} : { pulse: options.pulse }),
    fetch: (input, init) => network.fetch(input, init),
    ...(hash === undefined && folds.size === 0 && onRecord === undefined ? {} : { onRecord: listen }),
  })
  const { runtime } = world
  const databases = createDatabases(runtime, options.pool === undefined ? {} : { pool: options.pool })
  const cluster = createCluster({ runtime, topics: scenario.topics })
  const parties = Object.fromEntries(
    Object.entries(scenario.parties).map(([name, create]) => [name, create()]),
  )
  const network = createNetwork(runtime, { parties, services: scenario.services.map(({ name }) => name) })
  const evidence: Evidence = {
    fold: definition => folds.get(definition as Fold<unknown>) as ReturnType<typeof definition.initial>,
    database: name => databases.inspect(name),
    ledger: party => parties[party]?.ledger ?? [],
    messages: topic => cluster.messages(topic, 'read_committed'),
    lag: group => cluster.lag(group),
  }

  function start(service: Service, database: string) {
    return (process: ProcessHandle) => {
      const host: Host = {
        name: process.name,
        kafka: new cluster.Kafka({ clientId: process.name }),
        db: databases.open(database),
        listen: app => network.listen(process, app),
      }
      return service(host)
    }
  }

  try {
    return await world.enter(async () => {
      for (const fault of plan.faults) {
        if (fault.kind !== 'old-data') continue
        const entry = scenario.services.find(service => service.name === fault.service)
        if (entry?.oldData === undefined) throw cannot(scenario, fault.kind, fault.service)
        entry.oldData(databases.open(entry.database ?? entry.name))
      }
      for (const { name, service, database } of scenario.services) {
        world.spawn({ name, start: start(service, database ?? name) })
      }
      runtime.onFaultEdge((fault, edge) => {
        if (fault.kind !== 'schema-change' || edge !== 'begin') return
        const entry = scenario.services.find(service => service.name === fault.service)
        if (entry?.nextVersion === undefined) throw cannot(scenario, fault.kind, fault.service)
        world.redeploy(entry.name, start(entry.nextVersion, entry.database ?? entry.name))
      })
      let workloadFailure: { error: unknown } | undefined
      const deadline = planDeadline(plan, options.patienceMs ?? 2 * MINUTE_MS)
      world.spawn({
        name: 'shopper',
        start: async () => {
          try {
            await scenario.workload({ publish: cluster.append })
          } catch (error) {
            workloadFailure = { error }
          }
          deadline.onWorkloadDone(world.elapsedMs)
        },
      })
      const observe = observeReadModels(
        runtime,
        scenario.readModels ?? [],
        evidence,
        options.observeEveryMs ?? 0,
      )

      const recover = () => settleInTime(world, options.recoveryMs ?? 10 * MINUTE_MS)
      let settled = await world.settle(deadline)
      const healedAtMs = world.elapsedMs
      if (settled.reason === 'settled' || settled.reason === 'deadline') {
        world.heal()
        settled = await recover()
      }
      if (
        (settled.reason === 'settled' || settled.reason === 'deadline') &&
        scenario.operator !== undefined
      ) {
        const { operator } = scenario
        world.spawn({
          name: 'operator',
          start: process => operator({ kafka: new cluster.Kafka({ clientId: process.name }) }),
        })
        settled = await recover()
      }
      if (options.unstruck !== 'ignore') refuseUnstruck(world)
      let trouble =
        workloadFailure === undefined
          ? troubleOf(world, settled)
          : workloadFailed(scenario, workloadFailure.error)
      let violations: BrokenGuarantee[] = []
      if (trouble === undefined) {
        try {
          observe()
          violations = judge(scenario.guarantees, evidence, plan.faults.length === 0)
        } catch (error) {
          // What the judge needs is not there: a table, a column.
          if (!(error instanceof WorkbenchError)) throw error
          trouble = error
        }
        if (trouble === undefined) options.inspect?.(evidence)
      }
      return {
        holds: violations.length === 0 && trouble === undefined,
        violations,
        trouble,
        traceHash: hash?.digest() ?? '',
        records,
        steps: world.steps,
        virtualMs: world.elapsedMs,
        healedAtMs,
        unstruck: world.planned.unstruck(),
        sites: () => world.sites.describe(),
      }
    })
  } finally {
    databases.release()
  }
}

/** Only restless time counts: what lies quiet may wait for a timer that is a day away. */
async function settleInTime(world: World, recoveryMs: number): Promise<Settled> {
  for (;;) {
    const settled = await world.settle({ atMs: world.elapsedMs + recoveryMs })
    if (settled.reason !== 'deadline' || world.quietMs < MINUTE_MS) return settled
  }
}

/** When to heal a system that does not come to rest with its faults: some time after the last of them that ends. */
function planDeadline(plan: Plan, patienceMs: number): Deadline & { onWorkloadDone(nowMs: number): void } {
  let lastEdgeMs = 0
  let isEndless = false
  for (const { from, for: length, at, rate } of plan.faults) {
    if (at !== undefined || rate !== undefined) continue
    lastEdgeMs = Math.max(lastEdgeMs, (from ?? 0) + (length ?? 0))
    if (length === undefined) isEndless = true
  }
  return {
    // A fault without an end may keep the workload from ever being done.
    atMs: isEndless ? lastEdgeMs + patienceMs : Number.POSITIVE_INFINITY,
    onWorkloadDone(nowMs) {
      this.atMs = Math.min(this.atMs, Math.max(nowMs, lastEdgeMs) + patienceMs)
    },
  }
}

/** Without what it should have done, nothing that follows says anything about the services. */
function workloadFailed({ name }: Scenario, error: unknown): WorkbenchError {
  return new WorkbenchError(
    'workload-failed',
    `The workload of ${name} failed: ${error instanceof Error ? error.message : error}.`,
    'It is the scenario that has to be mended, not the services.',
  )
}

function cannot(scenario: Scenario, kind: string, service: string | undefined): WorkbenchError {
  return new WorkbenchError(
    'bad-plan',
    `${kind} cannot strike ${service}: the scenario ${scenario.name} has no other version of it.`,
    'Choose a service that the scenario gives another version.',
  )
}
