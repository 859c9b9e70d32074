/**
 * The chaos run: orders are placed while processes of services, and the broker itself, are killed again and again; then the
 * shop is judged by the same guarantees as a simulated run.
 */
import type { Evidence } from '#simulator/scenario/scenario.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { type ShopSummary, SUMMARY_FOLDS, summarize } from '#simulator/shop/summary.ts'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { GROUPS } from '#simulator/shop/topics.ts'
import { createLag } from '#simulator/trace/lag.ts'
import { createRandom } from '#simulator/world/random.ts'
import type { LiveCluster } from '../cluster.ts'
import { type FieldResult, runInField } from '../field/field-run.ts'
import type { Place } from '../field/place.ts'
import { readGroupLag } from '../group-lag.ts'
import { instancesOf } from '../instance.ts'
import { untilAtWork } from './at-work.ts'
import type { Schedule } from './schedule.ts'
import { type Ending, type Supervisor, supervise } from './supervisor.ts'
import { type BrokerKillDone, type KillDone, planTrouble } from './trouble.ts'

export interface ChaosOptions {
  /** The broker must be our own when the schedule has kills of it. */
  readonly place: Pick<Place, 'address' | 'cluster' | 'own'>
  readonly schedule: Schedule
  readonly seed: number
  readonly orders: number
  readonly everyMs: number
  readonly work: 'solutions' | 'exercises'
  /** A folder for the structured logs of the processes. */
  readonly logs?: string
  readonly signal?: AbortSignal
  readonly onPhase?: (phase: string) => void
  /** Called every few seconds once orders are placed. */
  readonly onProgress?: (progress: ChaosProgress) => void
}

export interface ChaosProgress {
  /** Since the beginning of the workload. */
  readonly elapsedMs: number
  readonly accepted: number
  readonly kills: number
  readonly brokerKills: number
  /** Messages that consumers have not committed; undefined while the broker does not answer. */
  readonly lag: number | undefined
}

export interface ChaosResult extends FieldResult {
  readonly summary: ShopSummary
  /** The names of those that were judged. */
  readonly guarantees: readonly string[]
  readonly kills: readonly KillDone[]
  readonly brokerKills: readonly BrokerKillDone[]
  /** What ended without having been killed. */
  readonly unplanned: readonly Ending[]
  /** Were all processes ready again? */
  readonly allReady: boolean
  /** From when all orders were placed and all outages over, until no consumer was behind. */
  readonly recoveryMs: number
}

const PARTIES = ['psp', 'mail']
/** A group takes 30 s to give a killed member up (KafkaJS's default), and there may be several in a row. */
const PATIENCE_MS = 300_000
const READY_PATIENCE_MS = 180_000
const QUIET_MS = 2_000
const PROGRESS_EVERY_MS = 2_000
/** Not all have something to do, and the gateway has no database that would show it. */
const AT_WORK_WITHIN_MS = 2_000

/** When each consumer had caught up for good. */
const catchingUp = createLag({ keepSteps: false })

/** The topics must be free: they are emptied first. Rejects with the signal's reason when it is interrupted. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { place, schedule, seed, orders, everyMs, work, logs, signal } = options
  const { cluster, address, own } = place
  const shop = createShop({ orders, everyMs, random: createRandom(seed, 'orders') })
  const databases = new Map(instancesOf(shop).map(({ name, database }) => [name, database]))
  const trouble = planTrouble(schedule, own, signal)
  let supervisor: Supervisor | undefined
  let allReady = false
  let summary: ShopSummary | undefined
  let startedAtMs: number | undefined
  let endedMs = 0
  let caughtUpMs = 0
  const elapsedMs = () => Date.now() - (startedAtMs ?? Date.now())

  const progress = setInterval(async () => {
    if (startedAtMs === undefined) return
    const lag = await readLag(cluster)
    const { kills, brokerKills } = trouble
    const accepted = shop.notes.accepted.size
    const counts = { accepted, kills: kills.length, brokerKills: brokerKills.length }
    options.onProgress?.({ elapsedMs: elapsedMs(), ...counts, lag })
  }, PROGRESS_EVERY_MS)

  const result = await runInField({
    scenario: {
      ...shop,
      async workload(outside) {
        await shop.workload(outside)
        endedMs = Math.max(endedMs, elapsedMs())
      },
    },
    reference: { kind: 'shop' },
    cluster,
    broker: address,
    work,
    seed,
    patienceMs: PATIENCE_MS,
    quietMs: QUIET_MS,
    folds: [...SUMMARY_FOLDS, catchingUp],
    async muster(crew) {
      await Promise.all([crew.start(PARTIES), ...SERVICE_NAMES.map(name => crew.start([name]))])
      supervisor = supervise(crew, SERVICE_NAMES)
    },
    async trouble({ state }) {
      await trouble.make(supervisor!, service =>
        untilAtWork(state, databases.get(service)!, AT_WORK_WITHIN_MS),
      )
      endedMs = Math.max(endedMs, elapsedMs())
      allReady = await supervisor!.allReady(READY_PATIENCE_MS)
    },
    onPhase(phase) {
      if (phase === 'work') startedAtMs = Date.now()
      options.onPhase?.(phase)
    },
    inspect(evidence) {
      summary = summarize(evidence, shop.notes)
      caughtUpMs = lastCaughtUpMs(evidence)
    },
    ...(logs !== undefined && { logs }),
    ...(signal !== undefined && { signal }),
  }).finally(() => clearInterval(progress))

  return {
    ...result,
    holds: result.holds && allReady && shop.notes.accepted.size === orders,
    summary: summary!,
    // "It happened at all" is not judged where something was meant to fail.
    guarantees: shop.guarantees.filter(({ kind }) => kind !== 'sometimes').map(({ name }) => name),
    kills: trouble.kills,
    brokerKills: trouble.brokerKills,
    unplanned: supervisor?.unplanned ?? [],
    allReady,
    recoveryMs: Math.max(0, caughtUpMs - endedMs),
  }
}

/** As exact as the samples: a few a second. */
function lastCaughtUpMs(evidence: Evidence): number {
  const { groups } = evidence.fold(catchingUp)
  return Math.max(0, ...GROUPS.map(name => groups.get(name)?.total.steps.at(-1)?.t ?? 0))
}

async function readLag({ admin }: LiveCluster): Promise<number | undefined> {
  try {
    const groups = await readGroupLag(admin, GROUPS)
    return groups.flatMap(({ partitions }) => partitions).reduce((sum, { messages }) => sum + messages, 0)
  } catch {
    return undefined
  }
}
