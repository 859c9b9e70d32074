/**
 * What the judge may look at after a field run: the same questions as after a simulated one, answered by the broker and the files.
 */
import type { StoredMessageView } from '#simulator/kafka/inspection.ts'
import type { AppendRecord, CommitRecord, GroupRecord } from '#simulator/kafka/records.ts'
import { countDifferences, type ObserveRecord } from '#simulator/scenario/observe.ts'
import type { Evidence, Scenario } from '#simulator/scenario/scenario.ts'
import type { Database } from '#simulator/service.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { LiveCluster } from '../cluster.ts'
import { readLedger } from '../party-memory.ts'
import type { StateFolder } from '../state-folder.ts'
import { inCausalOrder, readTopics } from './read-log.ts'
import type { Sample } from './recorder.ts'

export interface FieldEvidence extends Evidence {
  readonly messageCount: number
  close(): void
}

export interface FieldRun {
  readonly scenario: Scenario
  readonly cluster: LiveCluster
  readonly state: StateFolder
  readonly samples: readonly Sample[]
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  /** Folds besides the scenario's own. */
  readonly folds: readonly Fold<unknown>[]
}

/** Reads the log and folds it together with the samples, as if it had been recorded. */
export async function gatherEvidence(run: FieldRun): Promise<FieldEvidence> {
  const { scenario, cluster, state, folds } = run
  const partitions = await readTopics(
    cluster,
    scenario.topics.map(({ topic }) => topic),
  )
  const log = inCausalOrder(partitions)
  const states = new Map<Fold<unknown>, unknown>()
  for (const fold of [...(scenario.folds ?? []), ...folds]) states.set(fold, fold.initial())
  const databases = new Map<string, Database>()
  const evidence: FieldEvidence = {
    messageCount: log.length,
    fold: definition => states.get(definition as Fold<unknown>) as ReturnType<typeof definition.initial>,
    database(name) {
      const db = databases.get(name) ?? state.openDatabaseReadonly(name) ?? state.openDatabase(name)
      databases.set(name, db)
      return db
    },
    ledger: party => readLedger(evidence.database(party)),
    messages: topic =>
      [...partitions]
        .filter(([place]) => place.slice(0, place.lastIndexOf('/')) === topic)
        .flatMap(([, it]) => it),
    lag: group => lagOf(group, run.samples, partitions),
    close() {
      for (const db of databases.values()) db.close()
    },
  }
  replay(run, log, evidence, record => {
    for (const [fold, state] of states) states.set(fold, fold.apply(state, record))
  })
  return evidence
}

/** The messages and the samples in order of time, as the records a simulated run would have made of them. */
function replay(
  { scenario, samples, startedAtMs }: FieldRun,
  log: readonly StoredMessageView[],
  evidence: Evidence,
  apply: (record: TraceRecord) => void,
): void {
  let seq = 0
  let t = 0
  const write = (atMs: number, fields: AppendRecord | CommitRecord | GroupRecord | ObserveRecord) => {
    t = Math.max(t, atMs - startedAtMs)
    apply({ seq: ++seq, t, process: '', cause: 0, ...fields })
  }
  for (const group of memberships(samples)) write(startedAtMs, group)
  const positions = new Map<string, number>()
  let next = 0
  for (const sample of [...samples].sort((left, right) => left.atMs - right.atMs)) {
    for (; next < log.length && log[next]!.timestamp <= sample.atMs; next++) writeAppend(log[next]!)
    if (sample.kind === 'rows') writeRows(sample)
    else writePositions(sample)
  }
  for (; next < log.length; next++) writeAppend(log[next]!)
  // The last word on every model, with the whole log known.
  for (const { name } of scenario.readModels ?? []) {
    const last = samples.findLast(sample => sample.kind === 'rows' && sample.model === name)
    if (last?.kind === 'rows') writeRows(last)
  }

  function writeAppend({ topic, partition, offset, key, value, label, timestamp }: StoredMessageView): void {
    write(timestamp, {
      kind: 'kafka.append',
      topic,
      partition,
      offset,
      key: key === null ? null : String(key),
      label,
      value: value === null ? null : String(value),
      producer: '',
    })
  }

  function writePositions({ atMs, groups }: Extract<Sample, { kind: 'positions' }>): void {
    for (const [group, places] of groups) {
      for (const [place, offset] of places) {
        if (positions.get(`${group} ${place}`) === offset) continue
        positions.set(`${group} ${place}`, offset)
        write(atMs, { kind: 'kafka.commit', group, ...parsePlace(place), offset })
      }
    }
  }

  function writeRows({ atMs, model, rows }: Extract<Sample, { kind: 'rows' }>): void {
    const expected = scenario.readModels!.find(({ name }) => name === model)!.expected(evidence)
    const texts = new Map([...rows].map(([key, row]) => [key, JSON.stringify(row)]))
    const drift = countDifferences(texts, expected)
    write(atMs, { kind: 'observe', model, rows: Object.fromEntries(rows), removed: [], drift })
  }
}

/** Every group reads what it ever had a position in, from the beginning of the run. */
function memberships(samples: readonly Sample[]): GroupRecord[] {
  const reads = new Map<string, Set<string>>()
  for (const sample of samples) {
    if (sample.kind !== 'positions') continue
    for (const [group, places] of sample.groups) {
      const partitions = reads.get(group) ?? new Set<string>()
      for (const place of places.keys()) partitions.add(place)
      reads.set(group, partitions)
    }
  }
  return [...reads].map(([group, partitions]) => ({
    kind: 'kafka.group',
    group,
    state: 'Stable',
    generation: 0,
    members: [{ member: '', process: '', partitions: [...partitions].sort() }],
  }))
}

function lagOf(
  group: string,
  samples: readonly Sample[],
  partitions: ReadonlyMap<string, readonly StoredMessageView[]>,
) {
  const last = samples.findLast(sample => sample.kind === 'positions')
  const places =
    last?.kind === 'positions' ? (last.groups.get(group) ?? new Map<string, number>()) : new Map()
  return [...places].map(([place, position]: [string, number]) => {
    const unread = (partitions.get(place) ?? []).filter(({ offset }) => offset >= position)
    const ageMs = unread.length === 0 ? 0 : Math.max(0, last!.atMs - unread[0]!.timestamp)
    return { ...parsePlace(place), messages: unread.length, ageMs }
  })
}

/** `order.events/0` */
function parsePlace(place: string): { topic: string; partition: number } {
  const slash = place.lastIndexOf('/')
  return { topic: place.slice(0, slash), partition: Number(place.slice(slash + 1)) }
}
