/**
 * The chaos run: orders are placed while processes of services, and the broker itself, are killed again and again; then the
 * shop is judged by the same guarantees as a simulated run.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createShop } from '#simulator/shop/shop.ts'
import { type ShopSummary, SUMMARY_FOLDS, summarize } from '#simulator/shop/summary.ts'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { CONSUMERS } from '#simulator/shop/topics.ts'
import { createRandom } from '#simulator/world/random.ts'
import type { LiveCluster } from '../cluster.ts'
import type { Crew } from '../field/crew.ts'
import { type FieldResult, runInField } from '../field/field-run.ts'
import type { OwnBroker } from '../field/own-broker.ts'
import { readGroupLag } from '../group-lag.ts'
import type { Outage, Schedule } from './schedule.ts'
import { type Ending, type Supervisor, supervise } from './supervisor.ts'

export interface ChaosOptions {
  readonly cluster: LiveCluster
  /** `host:port` */
  readonly address: string
  /** Must be there when the schedule has kills of the broker. */
  readonly broker?: OwnBroker
  readonly schedule: Schedule
  readonly seed: number
  readonly orders: number
  readonly everyMs: number
  readonly work: 'solutions' | 'exercises'
  /** A folder for the structured logs of the processes. */
  readonly logs?: string
  readonly signal?: AbortSignal
  readonly onPhase?: (phase: string) => void
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
  readonly guarantees: readonly { readonly name: string; readonly kind: string }[]
  readonly kills: readonly KillDone[]
  readonly brokerKills: readonly BrokerKillDone[]
  /** What ended without having been killed. */
  readonly unplanned: readonly Ending[]
  /** Were all processes ready again? */
  readonly allReady: boolean
  /** From when all orders were placed and all outages over, until nothing was left to do. */
  readonly recoveryMs: number
}

export interface KillDone {
  readonly service: string
  readonly killedAtMs: number
  /** False when it was still starting, or waiting for its partitions, from the time before. */
  readonly wasReady: boolean
}

export interface BrokerKillDone extends Outage {
  readonly killedAtMs: number
  /** From the kill until it could be used again. */
  readonly goneMs: number
}

const PARTIES = ['psp', 'mail']
/** A group takes 30 s to give a killed member up (KafkaJS's default), and there may be several in a row. */
const PATIENCE_MS = 300_000
const READY_PATIENCE_MS = 180_000
const QUIET_MS = 2_000
const PROGRESS_EVERY_MS = 2_000

/** The topics must be free: they are emptied first. Rejects with the signal's reason when it is interrupted. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { cluster, address, seed, orders, everyMs, onPhase } = options
  const shop = createShop({ orders, everyMs, random: createRandom(seed, 'orders') })
  const kills: KillDone[] = []
  const brokerKills: BrokerKillDone[] = []
  let supervisor: Supervisor | undefined
  let allReady = false
  let summary: ShopSummary | undefined
  let startedAtMs: number | undefined
  let troubleEndedAtMs = 0
  let atRestAtMs = 0

  // Every kill that is still to come waits for it.
  if (options.signal !== undefined) setMaxListeners(0, options.signal)
  const progress = setInterval(() => void report(), PROGRESS_EVERY_MS)
  const result = await runInField({
    scenario: {
      ...shop,
      async workload(outside) {
        await shop.workload(outside)
        troubleEndedAtMs = Math.max(troubleEndedAtMs, Date.now())
      },
    },
    reference: { kind: 'shop' },
    cluster,
    broker: address,
    work: options.work,
    seed,
    patienceMs: PATIENCE_MS,
    quietMs: QUIET_MS,
    folds: SUMMARY_FOLDS,
    async muster(crew: Crew) {
      await Promise.all([crew.start(PARTIES), ...SERVICE_NAMES.map(name => crew.start([name]))])
      supervisor = supervise(crew, SERVICE_NAMES)
    },
    async trouble() {
      startedAtMs = Date.now()
      await Promise.all([killServices(supervisor!), killBroker()])
      troubleEndedAtMs = Math.max(troubleEndedAtMs, Date.now())
      allReady = await supervisor!.allReady(READY_PATIENCE_MS)
    },
    onPhase(phase) {
      if (phase === 'redrive') atRestAtMs = Date.now() - QUIET_MS
      onPhase?.(phase)
    },
    inspect(evidence) {
      summary = summarize(evidence, shop.notes)
    },
    ...(options.logs !== undefined && { logs: options.logs }),
    ...(options.signal !== undefined && { signal: options.signal }),
  }).finally(() => clearInterval(progress))

  async function killServices(supervisor: Supervisor): Promise<void> {
    const strikes = options.schedule.kills.map(async ({ service, atMs, downMs, again }) => {
      await untilElapsed(atMs)
      await kill(service, downMs)
      if (again !== undefined) await kill(service, again.downMs, again.afterReadyMs)
    })
    await Promise.all(strikes)

    async function kill(service: string, downMs: number, afterReadyMs?: number): Promise<void> {
      const { wasReady } = await supervisor.kill(service, downMs, afterReadyMs)
      kills.push({ service, killedAtMs: elapsedMs(), wasReady })
    }
  }

  /** One after the other: the broker may take longer to come back than the schedule knows. */
  async function killBroker(): Promise<void> {
    for (const outage of options.schedule.brokerKills) {
      await untilElapsed(outage.atMs)
      const killedAtMs = elapsedMs()
      await options.broker!.kill()
      await sleep(outage.downMs, undefined, { signal: options.signal })
      await options.broker!.resume()
      brokerKills.push({ ...outage, killedAtMs, goneMs: elapsedMs() - killedAtMs })
    }
  }

  function elapsedMs(): number {
    return Date.now() - (startedAtMs ?? Date.now())
  }

  async function untilElapsed(atMs: number): Promise<void> {
    await sleep(Math.max(0, atMs - elapsedMs()), undefined, { signal: options.signal })
  }

  async function report(): Promise<void> {
    if (startedAtMs === undefined) return
    const groups = await readGroupLag(cluster.admin, CONSUMERS).catch(() => undefined)
    const lag = groups
      ?.flatMap(({ partitions }) => partitions)
      .reduce((sum, { messages }) => sum + messages, 0)
    options.onProgress?.({
      elapsedMs: elapsedMs(),
      accepted: shop.notes.accepted.size,
      kills: kills.length,
      brokerKills: brokerKills.length,
      lag,
    })
  }

  return {
    ...result,
    holds: result.holds && allReady && shop.notes.accepted.size === orders,
    summary: summary!,
    guarantees: shop.guarantees
      .filter(({ kind }) => kind !== 'sometimes')
      .map(({ name, kind }) => ({ name, kind })),
    kills,
    brokerKills,
    unplanned: supervisor?.unplanned ?? [],
    allReady,
    recoveryMs: Math.max(0, atRestAtMs - troubleEndedAtMs),
  }
}
