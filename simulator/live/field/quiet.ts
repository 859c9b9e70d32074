/**
 * Waits until a system at work has come to rest: nothing unread, nothing unsent, nothing that changes.
 */
import type { Admin } from 'kafkajs'
import type { Database } from '#simulator/service.ts'
import type { StateFolder } from '../state-folder.ts'

export interface QuietOptions {
  readonly admin: Admin
  readonly state: StateFolder
  readonly topics: readonly string[]
  /** Names of the databases. */
  readonly databases: readonly string[]
  groups(): Promise<string[]>
  /** How long nothing may change. */
  readonly quietMs: number
  /** When to give up waiting; what is unread then is judged as it stands. */
  readonly patienceMs: number
}

const LOOK_EVERY_MS = 200

/** @returns whether it came to rest with nothing unread and nothing unsent */
export async function untilQuiet(options: QuietOptions): Promise<boolean> {
  const { admin, state, topics, databases, quietMs, patienceMs } = options
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
    const ends = new Map<string, number>()
    for (const topic of topics) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.set(`${topic}/${partition}`, Number(high))
        parts.push(high)
      }
    }
    let unread = 0
    for (const group of await options.groups()) {
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group })) {
        // A group that has a position in a topic reads all of it: where it has committed nothing, nothing has come yet.
        for (const { partition, offset } of partitions) {
          const end = ends.get(`${topic}/${partition}`) ?? 0
          unread += end - Math.max(0, Number(offset))
          parts.push(offset)
        }
      }
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
