/**
 * Waits until a system at work has come to rest: nothing unread, nothing unsent, nothing that changes.
 */
import type { Admin } from 'kafkajs'
import type { Database } from '#simulator/service.ts'
import { readGroupLag } from '../group-lag.ts'
import type { StateFolder } from '../state-folder.ts'
import { listConsumerGroups } from './recorder.ts'

export interface QuietOptions {
  readonly admin: Admin
  readonly state: StateFolder
  readonly topics: readonly string[]
  /** What groups are known to read, though all their members may be gone for the moment. */
  readonly readers: Readers
  /** Names of the databases. */
  readonly databases: readonly string[]
  /** How long nothing may change. */
  readonly quietMs: number
  /** When to give up waiting; what is unread then is judged as it stands. */
  readonly patienceMs: number
}

/** Topics, by consumer group. */
export type Readers = ReadonlyMap<string, ReadonlySet<string>>

const LOOK_EVERY_MS = 200

/** Who reads which of the topics at this moment. */
export async function findReaders(admin: Admin, topics: readonly string[]): Promise<Readers> {
  const lags = await readGroupLag(admin, await listConsumerGroups(admin))
  const isOurs = (topic: string) => topics.includes(topic)
  return new Map(
    lags.map(({ group, partitions }) => [
      group,
      new Set(partitions.map(({ topic }) => topic).filter(isOurs)),
    ]),
  )
}

/** @returns whether it came to rest with nothing unread and nothing unsent */
export async function untilQuiet(options: QuietOptions): Promise<boolean> {
  const { admin, state, topics, readers, databases, quietMs, patienceMs } = options
  const open = new Map<string, Database>()
  const deadline = Date.now() + patienceMs
  let before = ''
  let changedAt = Date.now()
  try {
    while (Date.now() < deadline) {
      const picture = await takePicture().catch(() => undefined)
      if (picture === undefined || picture.text !== before) changedAt = Date.now()
      before = picture?.text ?? ''
      if (picture?.isDone === true && Date.now() - changedAt >= quietMs) return true
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
    }
    return false
  } finally {
    for (const db of open.values()) db.close()
  }

  async function takePicture(): Promise<{ text: string; isDone: boolean }> {
    const parts: string[] = []
    const counts = new Map<string, number>()
    for (const topic of topics) {
      const ends = await admin.fetchTopicOffsets(topic)
      parts.push(...ends.map(({ high }) => high))
      counts.set(
        topic,
        ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0),
      )
    }
    let unread = 0
    const lags = await readGroupLag(admin, await listConsumerGroups(admin))
    // By what its members read, and not by its positions alone: a group that has just begun has committed nothing yet.
    for (const { partitions } of lags) {
      for (const { topic, messages } of partitions) {
        if (!topics.includes(topic)) continue
        unread += messages
        parts.push(String(messages))
      }
    }
    // A group without members and positions is seen nowhere, but its members may be about to come back.
    for (const [group, reads] of readers) {
      const seen = new Set(lags.find(it => it.group === group)?.partitions.map(({ topic }) => topic))
      for (const topic of reads) if (!seen.has(topic)) unread += counts.get(topic) ?? 0
    }
    let unsent = 0
    for (const name of databases) {
      const db = open.get(name) ?? state.openDatabaseReadonly(name)
      if (db === undefined) continue
      open.set(name, db)
      parts.push(String(db.pragma('data_version', { simple: true })))
      unsent += countUnsent(db)
    }
    return { text: parts.join(' '), isDone: unread === 0 && unsent === 0 }
  }
}

function countUnsent(db: Database): number {
  const hasOutbox = db.prepare("SELECT 1 FROM pragma_table_info('outbox') WHERE name = 'sent_at'").get()
  if (hasOutbox === undefined) return 0
  const { count } = db
    .prepare<[], { count: number }>('SELECT count(*) AS count FROM outbox WHERE sent_at IS NULL')
    .get()!
  return count
}
