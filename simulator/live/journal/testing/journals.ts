/**
 * Journals in temporary folders, what a cluster holds as plain data, and what a kill leaves of a file.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '#simulator/kafka/cluster.ts'
import { openJournal, type SqliteJournal } from '../sqlite-journal.ts'

const folders: string[] = []
const opened: SqliteJournal[] = []

export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  folders.push(folder)
  return join(folder, 'kafka.db')
}

export function open(file: string): SqliteJournal {
  const journal = openJournal(file)
  opened.push(journal)
  return journal
}

/** To be called after each test. */
export function tidy(): void {
  for (const journal of opened.splice(0)) journal.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}

/**
 * Copies a file that is in use, with its log: what a kill at this moment leaves behind. The original cannot be opened again
 * before this process ends or closes it.
 */
export function killed(file: string): string {
  const copy = newFile()
  for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
  return copy
}

/** Commits offsets as a member of the group that reads nothing. */
export async function commit(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
  offset: number,
): Promise<void> {
  const kafka = new cluster.Kafka({ logLevel: 0, retry: { retries: 0 } })
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 1, allowAutoTopicCreation: false })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic })
    await consumer.run({ autoCommit: false, eachMessage: async () => {} })
    await consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata: `at ${offset}` }])
  } finally {
    await consumer.disconnect()
  }
}

/** All that a cluster lets one see of its topics, and of these groups what outlives their members. */
export function contentOf(cluster: Cluster, groups: readonly string[] = ['readers', 'writers']) {
  const topics = cluster.topics()
  const partitionsOf = <T>(partitions: number, look: (partition: number) => T) =>
    Array.from({ length: partitions }, (_, partition) => look(partition))
  return {
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      low: partitionsOf(partitions, partition => cluster.lowWatermark(topic, partition)),
      high: partitionsOf(partitions, partition => cluster.highWatermark(topic, partition)),
      messages: [...cluster.messages(topic)],
      committed: [...cluster.messages(topic, 'read_committed')],
    })),
    offsets: groups.map(group =>
      topics.map(({ topic, partitions }) =>
        partitionsOf(partitions, partition => cluster.committedOffset(group, topic, partition)),
      ),
    ),
  }
}
