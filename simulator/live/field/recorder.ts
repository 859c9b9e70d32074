/**
 * Looks at a field run while it goes on: positions of consumer groups and rows of read models, a few times a second.
 */
import type { Admin } from 'kafkajs'
import type { ReadModel } from '#simulator/scenario/scenario.ts'
import type { Database } from '#simulator/service.ts'
import type { StateFolder } from '../state-folder.ts'

/** Milliseconds since the epoch. */
export type Sample =
  | {
      readonly kind: 'positions'
      readonly atMs: number
      /** The next offset each group will read, by `topic/partition`. */
      readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>
    }
  | {
      readonly kind: 'rows'
      readonly atMs: number
      readonly model: string
      readonly rows: ReadonlyMap<string, unknown>
    }

export interface Recorder {
  readonly samples: readonly Sample[]
  /** The consumer groups that have a position in one of the topics now. */
  groups(): Promise<string[]>
  stop(): Promise<void>
}

export const SAMPLE_EVERY_MS = 250
/** Groups of tools that read a topic once, and commit nothing that counts. */
const PASSERS_BY = /^(field-reader|read-range)-/

/**
 * @param topics the scenario's: groups with a position in one of them are watched, all others are none of its business
 */
export function startRecorder(
  admin: Admin,
  state: StateFolder,
  readModels: readonly ReadModel[],
  topics: readonly string[],
): Recorder {
  const samples: Sample[] = []
  const databases = new Map<string, Database>()
  let isStopped = false
  const open = (name: string): Database | undefined => {
    const db = databases.get(name) ?? state.openDatabaseReadonly(name)
    if (db !== undefined) databases.set(name, db)
    return db
  }

  async function readPositions(): Promise<Map<string, Map<string, number>>> {
    const positions = new Map<string, Map<string, number>>()
    for (const group of await listConsumerGroups(admin)) {
      const places = new Map<string, number>()
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group })) {
        if (!topics.includes(topic)) continue
        for (const { partition, offset } of partitions)
          if (Number(offset) >= 0) places.set(`${topic}/${partition}`, Number(offset))
      }
      if (places.size > 0) positions.set(group, places)
    }
    return positions
  }

  async function samplePositions(): Promise<void> {
    const groups = await readPositions()
    // Not when it was asked: a position must not be older than the messages before it.
    samples.push({ kind: 'positions', atMs: Date.now(), groups })
  }

  function sampleRows(): void {
    for (const { name, database, read } of readModels) {
      const db = open(database)
      if (db !== undefined) samples.push({ kind: 'rows', atMs: Date.now(), model: name, rows: read(db) })
    }
  }

  /** While the broker is down there are no positions to be had; a database that a kill has left may want recovery first. */
  async function sample(): Promise<void> {
    try {
      sampleRows()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && /^SQLITE_(BUSY|READONLY)/.test(String(error.code))))
        throw error
    }
    await samplePositions().catch(() => {})
  }

  const loop = (async () => {
    while (!isStopped) {
      await sample()
      await new Promise(resolve => setTimeout(resolve, SAMPLE_EVERY_MS))
    }
    await sample()
  })()

  return {
    samples,
    groups: async () => [...(await readPositions()).keys()],
    async stop() {
      isStopped = true
      await loop
      for (const db of databases.values()) db.close()
    },
  }
}

/** All there are, but those of tools that only look. */
export async function listConsumerGroups(admin: Admin): Promise<string[]> {
  const { groups } = await admin.listGroups()
  return (
    groups
      // A group that never had a member, only positions that somebody has set, has no protocol.
      .filter(({ groupId, protocolType }) => /^(consumer)?$/.test(protocolType) && !PASSERS_BY.test(groupId))
      .map(({ groupId }) => groupId)
      .sort()
  )
}
