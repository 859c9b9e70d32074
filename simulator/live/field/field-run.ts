/**
 * A field run: a scenario on a real broker in real time, with what is done to it, healed, and judged by the same guarantees
 * as a simulated run.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from 'kafkajs'
import { type BrokenGuarantee, judge } from '#simulator/scenario/judge.ts'
import type { Evidence, Scenario } from '#simulator/scenario/scenario.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import { real } from '#simulator/world/globals.ts'
import { createRandom } from '#simulator/world/random.ts'
import { openAddresses } from '../addresses.ts'
import type { LiveCluster } from '../cluster.ts'
import { instancesOf } from '../instance.ts'
import { silentLog } from '../logs.ts'
import { ownTimers, ServiceContext } from '../service-context.ts'
import { fetchByName } from '../service-fetch.ts'
import { openStateFolder, type StateFolder } from '../state-folder.ts'
import { clearBroker, deleteGroups } from './broker-room.ts'
import { type Crew, createCrew } from './crew.ts'
import { gatherEvidence } from './field-evidence.ts'
import { findReaders, type Readers, untilQuiet } from './quiet.ts'
import { startRecorder } from './recorder.ts'
import type { ScenarioReference } from './scenario-reference.ts'

/** What is done to the system while the workload runs: called when everything is ready; the run is healed when both are done. */
export type Trouble = (field: Field) => Promise<void>

export interface Field {
  readonly crew: Crew
  readonly cluster: LiveCluster
  /** To look into the databases. */
  readonly state: StateFolder
  sleep(delayMs: number): Promise<void>
  /** Resolves to whether those that are up came to rest: nothing unread, nothing unsent, nothing that changes. */
  rest(): Promise<boolean>
}

export interface FieldRunOptions {
  readonly scenario: Scenario
  readonly reference: ScenarioReference
  readonly cluster: LiveCluster
  /** `host:port` */
  readonly broker: string
  readonly work: 'solutions' | 'exercises'
  /** For what the workload draws; what happens when is up to real time. */
  readonly seed?: number
  /** Starts all processes. */
  readonly muster: (crew: Crew) => Promise<void>
  readonly trouble?: Trouble
  /** How long it has to come to rest after healing. */
  readonly patienceMs?: number
  /** How long nothing may change until it counts as at rest. */
  readonly quietMs?: number
  readonly folds?: readonly Fold<unknown>[]
  /** A folder for logs of the processes. */
  readonly logs?: string
  readonly onPhase?: (phase: string) => void
  /** Ends the run early: it rejects with the signal's reason, when everything it started has ended. */
  readonly signal?: AbortSignal
  /** Called with everything the judge may look at; the databases are gone afterwards. */
  readonly inspect?: (evidence: Evidence) => void
}

export interface FieldResult {
  readonly holds: boolean
  readonly violations: readonly BrokenGuarantee[]
  /** False when something was still unread or unsent when patience ended. */
  readonly cameToRest: boolean
  readonly messages: number
  /** From the beginning of the workload to rest. */
  readonly tookMs: number
}

const DEFAULT_PATIENCE_MS = 120_000
/** How long what is broken may go on being so, once the workload is done. */
const FAULT_PATIENCE_MS = 15_000
const MOST_SENDS = 60
const SEND_AGAIN_AFTER_MS = 500
const DEFAULT_QUIET_MS = 1_500

/** The topics must not hold anything that somebody still wants: they are deleted and made anew. */
export async function runInField(options: FieldRunOptions): Promise<FieldResult> {
  const { scenario, reference, cluster, broker, work, onPhase = () => {} } = options
  const { patienceMs = DEFAULT_PATIENCE_MS, quietMs = DEFAULT_QUIET_MS } = options
  const { admin } = cluster
  onPhase('empty topics')
  const topics = scenario.topics.map(({ topic }) => topic)
  await clearBroker(admin, scenario.topics)
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-field-'))
  const state = openStateFolder(folder)
  const crew = createCrew({
    scenario: reference,
    broker,
    state: folder,
    work,
    ...(options.logs !== undefined && { logs: options.logs }),
  })
  // So that it ends with the run, also when the run ends early.
  const shopper = new ServiceContext('shopper')
  ownTimers()
  const seeded = createRandom(options.seed ?? 1, 'field')
  const recorder = startRecorder(admin, state, scenario.readModels ?? [], topics)
  const { signal } = options
  let outside: Outsiders | undefined
  try {
    return await Promise.race([run(), ...(signal === undefined ? [] : [abortOf(signal)])])
  } finally {
    Math.random = real.random
    shopper.end()
    await outside?.disconnect()
    await recorder.stop()
    const groups = await recorder.groups().catch(() => [])
    await crew.close()
    // A member that was killed keeps its group until its session ends: whoever interrupts does not want to wait for that.
    if (signal?.aborted !== true) await deleteGroups(admin, groups).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }

  async function run(): Promise<FieldResult> {
    onPhase('start')
    // Before all processes do the same at the same time.
    state.bindTo(cluster.clusterId)
    await options.muster(crew)
    fetchByName(
      openAddresses(state.addressFolder),
      instancesOf(scenario).map(({ service }) => service),
    )
    const readers = await findReaders(admin, topics)
    const rest = (withinMs = patienceMs, awaited: Readers = readers) =>
      untilQuiet({
        admin,
        state,
        topics,
        readers: awaited,
        databases: [...new Set(instancesOf(scenario).map(({ database }) => database))],
        quietMs,
        patienceMs: withinMs,
      })
    const startedAtMs = Date.now()
    onPhase('work')
    outside = await openOutside(cluster)
    const { publish } = outside
    Math.random = seeded
    await Promise.all([
      shopper.run(() => scenario.workload({ publish })),
      options.trouble?.({
        crew,
        cluster,
        state,
        sleep: delayMs => new Promise(resolve => setTimeout(resolve, delayMs)),
        rest: () => rest(patienceMs, new Map()),
      }),
    ])
    Math.random = real.random
    await outside.sent()
    onPhase('rest')
    // Healed too soon, nothing would ever have failed; what fails for ever never comes to rest before.
    await rest(FAULT_PATIENCE_MS)
    crew.heal()
    let cameToRest = await rest()
    if (scenario.operator !== undefined) {
      onPhase('redrive')
      await scenario.operator({ kafka: cluster.kafka('operator', silentLog) })
      cameToRest = await rest()
    }
    const tookMs = Date.now() - startedAtMs
    await recorder.stop()
    onPhase('judge')
    const evidence = await gatherEvidence({
      scenario,
      cluster,
      state,
      samples: recorder.samples,
      startedAtMs,
      folds: options.folds ?? [],
    })
    const violations = judge(scenario.guarantees, evidence, options.trouble === undefined)
    options.inspect?.(evidence)
    evidence.close()
    const { messageCount: messages } = evidence
    return { holds: cameToRest && violations.length === 0, violations, cameToRest, messages, tookMs }
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

interface Outsiders {
  publish(topic: string, messages: readonly Message[]): void
  /** Resolves when everything that was published is there. */
  sent(): Promise<void>
  disconnect(): Promise<void>
}

/** Puts messages into topics as services do that are not part of the scenario, and that outlast a broker which is down for a while. */
async function openOutside({ kafka }: LiveCluster): Promise<Outsiders> {
  const producer = kafka(`outside-${randomUUID()}`, silentLog).producer()
  await producer.connect()
  let sending = Promise.resolve()

  async function send(topic: string, messages: Message[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await producer.send({ topic, messages })
        return
      } catch (error) {
        // A refused connection ends KafkaJS's own attempts at once.
        if (attempt === MOST_SENDS) throw error
        await new Promise(resolve => setTimeout(resolve, SEND_AGAIN_AFTER_MS))
      }
    }
  }

  return {
    publish(topic: string, messages: readonly Message[]) {
      sending = sending.then(() => send(topic, [...messages]))
      // Whoever waits for it is told.
      sending.catch(() => {})
    },
    sent: () => sending,
    disconnect: () => producer.disconnect(),
  }
}
