/**
 * The journal of an embedded cluster in one SQLite file: what was acknowledged survives the end of the process, however it comes.
 *
 * Every call is one SQLite transaction in a write-ahead log (`synchronous = NORMAL`). That protects from a crash or kill of the
 * process: what SQLite has handed to the operating system stays. It does not protect the last moments from a power failure or a
 * crash of the operating system: nothing is flushed to the disk before a checkpoint, so acknowledged messages of the last seconds
 * may be gone, though the file stays sound (https://www.sqlite.org/pragma.html#pragma_synchronous). One node, no replica: a Kafka
 * broker flushes no sooner, but has copies elsewhere.
 *
 * Deleted messages leave pages that later ones fill; the file does not shrink.
 */
import BetterSqlite3 from 'better-sqlite3'
import type {
  Journal,
  JournalCommit,
  JournalMarker,
  JournalMessage,
  JournalOffset,
  JournalTopic,
} from '#simulator/kafka/journal.ts'
import { protocolError } from '#simulator/kafka/protocol-errors.ts'
import type { StoredMessage } from '#simulator/kafka/stored-message.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { damaged, openJournalFile, unusable } from './journal-file.ts'
import { type MessageRow, messageOf, rowOf } from './message-row.ts'

export interface SqliteJournal extends Journal {
  /** Gives the file back. Whatever the cluster wants to write afterwards fails with KAFKA_STORAGE_ERROR. */
  close(): void
}

/**
 * Opens the journal in this file, or makes it; the folder has to be there. Until it is closed or the process ends, no other
 * process can open it.
 * @throws WorkbenchError `journal-in-use` when another process has it, `not-a-journal`, `journal-version`, `journal-damaged`, or
 *   `journal-unusable` for whatever else keeps it from being opened
 */
export function openJournal(file: string): SqliteJournal {
  const { db, clusterId } = openJournalFile(file)
  return new FileJournal(file, db, clusterId)
}

class FileJournal implements SqliteJournal {
  readonly #statements: Statements
  /** By topic, then partition: what its rows are found by. */
  readonly #partitionIds = new Map<string, Map<number, number>>()
  readonly #atomically: (write: () => void) => void

  constructor(
    readonly file: string,
    readonly db: BetterSqlite3.Database,
    readonly clusterId: string,
  ) {
    this.#statements = prepareStatements(db)
    this.#atomically = db.transaction((write: () => void) => write())
  }

  close(): void {
    this.db.close()
  }

  topics(): JournalTopic[] {
    return this.#read(() =>
      this.#statements.topics.all().map(([topic, config]) => ({
        topic,
        config: new Map<string, string>(JSON.parse(config)),
        lowWatermarks: this.#statements.lowWatermarks.all(topic),
      })),
    )
  }

  *messages(topic: string, partition: number): Iterable<JournalMessage> {
    const { low, messages } = this.#statements
    try {
      const id = this.#partitionId(topic, partition)
      let expected = low.get(id)
      for (const [offset, ...row] of messages.iterate(id)) {
        if (offset !== expected) throw damaged(this.file, `${topic}/${partition} has a gap before ${offset}`)
        expected = offset + 1
        yield messageOf(row)
      }
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  offsets(): (JournalOffset & { group: string })[] {
    return this.#read(() => this.#statements.offsets.all())
  }

  saveTopic(topic: string, partitions: number, config: ReadonlyMap<string, string>): void {
    this.#write(() => {
      this.#statements.saveTopic.run(topic, JSON.stringify([...config]))
      for (let partition = 0; partition < partitions; partition++) {
        this.#statements.savePartition.run(topic, partition)
      }
    })
  }

  deleteTopic(topic: string): void {
    this.#write(() => {
      for (const statement of this.#statements.deleteTopic) statement.run(topic)
    })
    this.#partitionIds.delete(topic)
  }

  append(topic: string, partition: number, baseOffset: number, messages: readonly StoredMessage[]): void {
    this.#write(() => {
      const id = this.#partitionId(topic, partition)
      for (let index = 0; index < messages.length; index++) {
        this.#statements.append.run(id, baseOffset + index, ...rowOf(messages[index]!))
      }
    })
  }

  deleteBefore(topic: string, partition: number, low: number): void {
    this.#write(() => {
      const id = this.#partitionId(topic, partition)
      this.#statements.setLow.run(low, id)
      this.#statements.deleteBefore.run(id, low)
    })
  }

  saveOffsets(group: string, offsets: readonly JournalOffset[]): void {
    this.#write(() => this.#putOffsets(group, offsets))
  }

  deleteGroup(group: string): void {
    this.#write(() => this.#statements.deleteGroup.run(group))
  }

  endTransaction(markers: readonly JournalMarker[], commits: readonly JournalCommit[]): void {
    this.#write(() => {
      for (const { topic, partition, offset, marker } of markers) {
        this.#statements.append.run(this.#partitionId(topic, partition), offset, ...rowOf(marker))
      }
      for (const { group, offsets } of commits) this.#putOffsets(group, offsets)
    })
  }

  reserveProducerIds(count: number): number {
    let first = 0
    this.#write(() => {
      first = this.#statements.nextProducerId.get()!
      this.#statements.reserveProducerIds.run(count)
    })
    return first
  }

  #putOffsets(group: string, offsets: readonly JournalOffset[]): void {
    for (const { topic, partition, offset, metadata } of offsets) {
      this.#statements.saveOffset.run(group, topic, partition, offset, metadata)
    }
  }

  #partitionId(topic: string, partition: number): number {
    let ids = this.#partitionIds.get(topic)
    if (ids === undefined) {
      ids = new Map(this.#statements.partitionIds.all(topic))
      this.#partitionIds.set(topic, ids)
    }
    const known = ids.get(partition)
    if (known !== undefined) return known
    // There are more partitions by now.
    const id = this.#statements.partitionId.get(topic, partition)
    if (id === undefined) throw new Error(`the journal knows no partition ${topic}/${partition}`)
    ids.set(partition, id)
    return id
  }

  #read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  /** @returns WorkbenchError `journal-damaged` or `journal-unusable` */
  #unreadable(error: unknown): WorkbenchError {
    if (error instanceof WorkbenchError) return error
    return error instanceof SyntaxError ? damaged(this.file, error.message) : unusable(this.file, error)
  }

  /** @throws KAFKA_STORAGE_ERROR, which says why */
  #write(write: () => void): void {
    try {
      this.#atomically(write)
    } catch (cause) {
      if (this.db.open && !(cause instanceof BetterSqlite3.SqliteError)) throw cause
      const { message } = cause as Error
      throw Object.assign(protocolError('KAFKA_STORAGE_ERROR'), {
        message: `The journal ${this.file} cannot be written: ${message}`,
        cause,
      })
    }
  }
}

type Statements = ReturnType<typeof prepareStatements>

function prepareStatements(db: BetterSqlite3.Database) {
  const deleteWhereTopic = (table: string) =>
    db.prepare<[topic: string]>(`DELETE FROM ${table} WHERE topic = ?`)
  return {
    topics: db
      .prepare<[], [name: string, config: string]>('SELECT name, config FROM topics ORDER BY id')
      .raw(),
    lowWatermarks: db
      .prepare<[topic: string], number>('SELECT low FROM partitions WHERE topic = ? ORDER BY partition')
      .pluck(),
    low: db.prepare<[id: number], number>('SELECT low FROM partitions WHERE id = ?').pluck(),
    partitionIds: db
      .prepare<[topic: string], [partition: number, id: number]>(
        'SELECT partition, id FROM partitions WHERE topic = ?',
      )
      .raw(),
    partitionId: db
      .prepare<[topic: string, partition: number], number>(
        'SELECT id FROM partitions WHERE topic = ? AND partition = ?',
      )
      .pluck(),
    messages: db
      .prepare<[partitionId: number], [offset: number, ...MessageRow]>(
        `SELECT offset, timestamp, key, value, headers, label, producer_id, role
         FROM messages WHERE partition_id = ? ORDER BY offset`,
      )
      .raw(),
    offsets: db.prepare<[], JournalOffset & { group: string }>(
      'SELECT group_id AS "group", topic, partition, offset, metadata FROM offsets',
    ),
    saveTopic: db.prepare<[name: string, config: string]>(
      'INSERT INTO topics (name, config) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET config = excluded.config',
    ),
    savePartition: db.prepare<[topic: string, partition: number]>(
      'INSERT INTO partitions (topic, partition, low) VALUES (?, ?, 0) ON CONFLICT DO NOTHING',
    ),
    deleteTopic: [
      db.prepare<[topic: string]>(
        'DELETE FROM messages WHERE partition_id IN (SELECT id FROM partitions WHERE topic = ?)',
      ),
      deleteWhereTopic('partitions'),
      deleteWhereTopic('offsets'),
      db.prepare<[topic: string]>('DELETE FROM topics WHERE name = ?'),
    ],
    append: db.prepare<[partitionId: number, offset: number, ...MessageRow]>(
      `INSERT INTO messages (partition_id, offset, timestamp, key, value, headers, label, producer_id, role)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    setLow: db.prepare<[low: number, id: number]>('UPDATE partitions SET low = ? WHERE id = ?'),
    deleteBefore: db.prepare<[partitionId: number, low: number]>(
      'DELETE FROM messages WHERE partition_id = ? AND offset < ?',
    ),
    saveOffset: db.prepare<
      [group: string, topic: string, partition: number, offset: number, metadata: string | null]
    >(
      `INSERT INTO offsets (group_id, topic, partition, offset, metadata) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET offset = excluded.offset, metadata = excluded.metadata`,
    ),
    deleteGroup: db.prepare<[group: string]>('DELETE FROM offsets WHERE group_id = ?'),
    nextProducerId: db.prepare<[], number>('SELECT next_producer_id FROM cluster').pluck(),
    reserveProducerIds: db.prepare<[count: number]>(
      'UPDATE cluster SET next_producer_id = next_producer_id + ?',
    ),
  }
}
