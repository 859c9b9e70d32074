/**
 * Consumer lag over time: how many messages a group has not read, and for how long the oldest of them has been waiting.
 *
 * As `kafka-consumer-groups` reports it, what counts as read is what was *committed*. Two differences: only messages
 * are counted, not the transaction markers between them, and a group without a commit starts at the first message it was
 * handed (or at the end of the log as it was when the partition was assigned).
 * Beware of what lag cannot show, here as in production: messages that retention deleted or a consumer skipped
 * leave no lag behind.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Fold } from './fold.ts'
import { known } from './records.ts'

/** From `t` on, `messages` were unread, the oldest of them in the log since `oldestAt`. */
export interface LagStep {
  readonly t: number
  readonly messages: number
  /** Null when nothing is unread. */
  readonly oldestAt: number | null
}

export interface LagSample {
  readonly messages: number
  /** How long the oldest unread message has been in the log. */
  readonly ageMs: number
}

/** Lag of a group on one partition, or on all of its partitions together. */
export interface LagSeries {
  /** In order of time, at most one step per moment. */
  readonly steps: LagStep[]
  // The rest covers all steps but the last, of which nobody knows how long it will last: see lagSummary.
  worstMessages: number
  worstMessagesAt: number
  worstAgeMs: number
  worstAgeAt: number
  /** Total time with unread messages. */
  behindMs: number
}

export interface GroupLag {
  readonly group: string
  readonly total: LagSeries
  /** By `topic/partition`. */
  readonly partitions: ReadonlyMap<string, LagSeries>
}

export interface LagState {
  /** Time of the last record: how far the series reach. */
  readonly t: number
  readonly groups: ReadonlyMap<string, GroupLag>
}

export interface LagOptions {
  /** False keeps only what the summaries need, whatever the length of the run. Default true. */
  readonly keepSteps?: boolean
}

export function createLag({ keepSteps = true }: LagOptions = {}): Fold<LagState> {
  return {
    name: 'lag',
    initial: () => new Lag(keepSteps ? Number.POSITIVE_INFINITY : STEPS_AT_LEAST),
    apply(state, record) {
      ;(state as Lag).apply(record)
      return state
    },
  }
}

/** The lag of every group with its whole course. */
export const lag: Fold<LagState> = createLag()

/** The last step, and the one before it in case the last is replaced within its moment. */
const STEPS_AT_LEAST = 2

/** The lag at a moment; before the first step there is none. */
export function lagAt({ steps }: LagSeries, t: number): LagSample {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (steps[middle]!.t <= t) low = middle + 1
    else high = middle
  }
  const step = steps[low - 1]
  if (step === undefined || step.oldestAt === null) return { messages: 0, ageMs: 0 }
  return { messages: step.messages, ageMs: t - step.oldestAt }
}

/** The series as it stands at `t`, the time until which it is known: what is still unread has got older by then. */
export function lagSummary(series: LagSeries, t: number): Omit<LagSeries, 'steps'> {
  const { steps, ...summary } = series
  close(summary, steps.at(-1), t)
  return summary
}

/** A partition's log, as far as lag needs it: offsets and times of its messages, both ascending. */
class Log {
  readonly offsets: number[] = []
  readonly times: number[] = []
  /** Index of the first message that retention has left. */
  low = 0
  readonly readers: Reader[] = []

  /** Index of the first message at `offset` or behind it. */
  indexOf(offset: number): number {
    const { offsets } = this
    // Nearly always the end of the log or close to it.
    let index = offsets.length
    for (let steps = 0; steps < 8; steps++, index--)
      if (index === 0 || offsets[index - 1]! < offset) return index
    let low = 0
    while (low < index) {
      const middle = (low + index) >>> 1
      if (offsets[middle]! < offset) low = middle + 1
      else index = middle
    }
    return low
  }
}

/** A group's place in a partition. */
class Reader {
  messages = 0
  oldestAt: number | null = null
  committed = false
  delivered = false
  /** Index into the log of the first unread message. */
  position: number
  readonly series = newSeries()
  constructor(
    readonly log: Log,
    readonly group: Group,
  ) {
    this.position = log.offsets.length
  }
}

class Group implements GroupLag {
  readonly total = newSeries()
  readonly partitions = new Map<string, LagSeries>()
  readonly readers: Reader[] = []
  messages = 0
  constructor(readonly group: string) {}
}

class Lag implements LagState {
  t = 0
  readonly groups = new Map<string, Group>()
  readonly #logs = new Map<string, Log>()

  constructor(readonly maxSteps: number) {}

  apply(traceRecord: TraceRecord): void {
    this.t = traceRecord.t
    const record = known(traceRecord)
    switch (record.kind) {
      case 'kafka.append': {
        const log = this.#log(`${record.topic}/${record.partition}`)
        log.offsets.push(record.offset)
        log.times.push(record.t)
        for (const reader of log.readers) this.#update(reader)
        return
      }
      case 'kafka.deliver': {
        const reader = this.#reader(record.group, `${record.topic}/${record.partition}`)
        if (reader.committed || reader.delivered) return
        reader.delivered = true
        this.#moveTo(reader, record.offset)
        return
      }
      case 'kafka.commit': {
        const reader = this.#reader(record.group, `${record.topic}/${record.partition}`)
        reader.committed = true
        this.#moveTo(reader, record.offset)
        return
      }
      case 'kafka.group':
        for (const { partitions } of record.members)
          for (const partition of partitions) this.#reader(record.group, partition)
        return
      case 'kafka.retention': {
        const log = this.#log(`${record.topic}/${record.partition}`)
        log.low = log.indexOf(record.low)
        for (const reader of log.readers) this.#update(reader)
      }
    }
  }

  #moveTo(reader: Reader, offset: number): void {
    reader.position = reader.log.indexOf(offset)
    this.#update(reader)
  }

  #update(reader: Reader): void {
    const { log, group } = reader
    const first = Math.max(reader.position, log.low)
    const messages = log.offsets.length - first
    const oldestAt = messages === 0 ? null : log.times[first]!
    if (messages === reader.messages && oldestAt === reader.oldestAt) return
    group.messages += messages - reader.messages
    reader.messages = messages
    reader.oldestAt = oldestAt
    this.#step(reader.series, messages, oldestAt)
    let oldestOfAll = oldestAt
    for (const other of group.readers)
      if (other.oldestAt !== null && (oldestOfAll === null || other.oldestAt < oldestOfAll))
        oldestOfAll = other.oldestAt
    this.#step(group.total, group.messages, oldestOfAll)
  }

  #step(series: LagSeries, messages: number, oldestAt: number | null): void {
    step(series, this.t, messages, oldestAt)
    if (series.steps.length > this.maxSteps) series.steps.shift()
  }

  #log(name: string): Log {
    let log = this.#logs.get(name)
    if (log === undefined) {
      log = new Log()
      this.#logs.set(name, log)
    }
    return log
  }

  #reader(groupName: string, partition: string): Reader {
    const log = this.#log(partition)
    for (const reader of log.readers) if (reader.group.group === groupName) return reader
    let group = this.groups.get(groupName)
    if (group === undefined) {
      group = new Group(groupName)
      this.groups.set(groupName, group)
    }
    const reader = new Reader(log, group)
    log.readers.push(reader)
    group.readers.push(reader)
    group.partitions.set(partition, reader.series)
    return reader
  }
}

function newSeries(): LagSeries {
  return { steps: [], worstMessages: 0, worstMessagesAt: 0, worstAgeMs: 0, worstAgeAt: 0, behindMs: 0 }
}

function step(series: LagSeries, t: number, messages: number, oldestAt: number | null): void {
  const { steps } = series
  // What comes and goes within a moment was never to be seen.
  if (steps.at(-1)?.t === t) steps.pop()
  else close(series, steps.at(-1), t)
  const last = steps.at(-1)
  if ((last?.messages ?? 0) !== messages || (last?.oldestAt ?? null) !== oldestAt)
    steps.push({ t, messages, oldestAt })
}

/** Counts what a step amounted to, now that it is known to have lasted until `t`. */
function close(summary: Omit<LagSeries, 'steps'>, last: LagStep | undefined, t: number): void {
  if (last === undefined || last.oldestAt === null) return
  summary.behindMs += t - last.t
  if (last.messages > summary.worstMessages) {
    summary.worstMessages = last.messages
    summary.worstMessagesAt = last.t
  }
  const ageMs = t - last.oldestAt
  if (ageMs > summary.worstAgeMs) {
    summary.worstAgeMs = ageMs
    summary.worstAgeAt = t
  }
}
