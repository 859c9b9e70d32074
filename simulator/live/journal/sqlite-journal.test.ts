import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createCluster } from '#simulator/kafka/cluster.ts'
import { protocolError } from '#simulator/kafka/protocol-errors.ts'
import { controlMarker } from '#simulator/kafka/stored-message.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { openJournal } from './sqlite-journal.ts'
import { killed, newFile, open, tidy } from './testing/journals.ts'

afterEach(tidy)

/** The error with which opening is refused. */
function refusal(file: string): WorkbenchError {
  try {
    openJournal(file).close()
  } catch (error) {
    expect(error).toBeInstanceOf(WorkbenchError)
    return error as WorkbenchError
  }
  throw new Error(`${file} was opened`)
}

/** A closed journal with so many messages that they fill pages. */
function filled(): string {
  const file = newFile()
  const journal = open(file)
  const cluster = createCluster({ topics: [{ topic: 'events' }], journal })
  cluster.append(
    'events',
    Array.from({ length: 500 }, (_, index) => ({ value: `${index} `.repeat(50) })),
  )
  journal.close()
  return file
}

describe('a journal', () => {
  test('keeps the id of its cluster, which no other has', () => {
    const file = newFile()
    const { clusterId, close } = boundClose(file)
    close()
    expect(clusterId).toMatch(/^[\w-]{22}$/)
    expect(open(file).clusterId).toBe(clusterId)
    expect(open(newFile()).clusterId).not.toBe(clusterId)
  })

  test('never hands out a producer id twice, whether it was closed or not', () => {
    const file = newFile()
    const journal = open(file)
    const first = journal.reserveProducerIds(10)
    const second = journal.reserveProducerIds(1)
    expect(second).toBe(first + 10)
    expect(open(killed(file)).reserveProducerIds(10)).toBe(second + 1)
    journal.close()
    expect(open(file).reserveProducerIds(10)).toBe(second + 1)
  })

  test('writes the end of a transaction as a whole or not at all', () => {
    const journal = open(newFile())
    journal.saveTopic('events', 1, new Map())
    const marker = { topic: 'events', partition: 0, offset: 0, marker: controlMarker('7', 'commit', 0) }
    const offset = { topic: 'events', partition: 0, offset: 1, metadata: null }
    // A table of offsets takes no halves, which stands for a disk that is full.
    const impossible = { ...offset, partition: 1, offset: 0.5 }
    expect(() =>
      journal.endTransaction([marker], [{ group: 'readers', offsets: [offset, impossible] }]),
    ).toThrow(expect.objectContaining({ type: 'KAFKA_STORAGE_ERROR' }))
    expect([[...journal.messages('events', 0)], [...journal.offsets()]]).toEqual([[], []])
    journal.endTransaction([marker], [{ group: 'readers', offsets: [offset] }])
    expect([[...journal.messages('events', 0)].length, [...journal.offsets()].length]).toEqual([1, 1])
  })

  test('really deletes', () => {
    const file = newFile()
    const journal = open(file)
    const cluster = createCluster({ topics: [{ topic: 'events' }], journal })
    cluster.append('events', [{ value: 'secret-1' }, { value: 'secret-2' }])
    journal.deleteBefore('events', 0, 1)
    journal.saveOffsets('group', [{ topic: 'events', partition: 0, offset: 1, metadata: null }])
    const kept = open(killed(file))
    expect([...kept.messages('events', 0)].map(({ value }) => value)).toEqual(['secret-2'])
    expect(kept.topics()).toMatchObject([{ topic: 'events', lowWatermarks: [1] }])
    journal.deleteTopic('events')
    const empty = open(killed(file))
    expect([empty.topics(), empty.offsets()]).toEqual([[], []])
    journal.close()
    const rows = new BetterSqlite3(file).prepare('SELECT count(*) FROM messages').pluck()
    expect(rows.get()).toBe(0)
  })

  test('that cannot be written fails with what Kafka calls a storage error, and the cluster goes on as before', async () => {
    const journal = open(newFile())
    const cluster = createCluster({ topics: [{ topic: 'events' }], journal })
    const producer = new cluster.Kafka({ logLevel: 0 }).producer({ retry: { retries: 0 } })
    await producer.connect()
    await producer.send({ topic: 'events', messages: [{ value: 'before' }] })
    journal.close()
    await expect(producer.send({ topic: 'events', messages: [{ value: 'after' }] })).rejects.toMatchObject({
      cause: {
        type: 'KAFKA_STORAGE_ERROR',
        retriable: true,
        message: expect.stringContaining('cannot be written'),
      },
    })
    expect(cluster.highWatermark('events', 0)).toBe(1)
    expect(() => cluster.append('events', [{ value: 'after' }])).toThrow('cannot be written')
    expect(cluster.highWatermark('events', 0)).toBe(1)
  })

  test('that could not be written once has a batch that an idempotent producer sends again, once', async () => {
    const file = newFile()
    const journal = open(file)
    const failing = vi.spyOn(journal, 'append').mockImplementationOnce(() => {
      throw protocolError('KAFKA_STORAGE_ERROR')
    })
    const cluster = createCluster({ topics: [{ topic: 'events' }], journal })
    const retry = { initialRetryTime: 1 }
    const producer = new cluster.Kafka({ logLevel: 0 }).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry,
    })
    await producer.connect()
    await producer.send({ topic: 'events', messages: [{ value: 'first' }] })
    await producer.send({ topic: 'events', messages: [{ value: 'second' }] })
    expect(failing).toHaveBeenCalledTimes(3)
    const kept = [...open(killed(file)).messages('events', 0)].map(({ value }) => value)
    expect(kept).toEqual(['first', 'second'])
  })
})

describe('opening', () => {
  test('is refused while the journal is open, and possible once it is closed', () => {
    const file = newFile()
    const { close } = boundClose(file)
    expect(refusal(file)).toMatchObject({ code: 'journal-in-use', message: expect.stringContaining(file) })
    close()
    open(file)
  })

  test('is refused for another program’s database, which is left as it is', () => {
    const file = newFile()
    const db = new BetterSqlite3(file)
    db.exec('CREATE TABLE orders (id)')
    db.close()
    const before = readFileSync(file)
    expect(refusal(file).code).toBe('not-a-journal')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('is refused for what is no database, however short', () => {
    for (const content of ['x', 'this is not a database. '.repeat(100)]) {
      const file = newFile()
      writeFileSync(file, content)
      expect(refusal(file).code).toBe('not-a-journal')
      expect(readFileSync(file, 'utf8')).toBe(content)
    }
  })

  test('takes an empty file for a new journal, as a kill in its first moment leaves one', () => {
    const file = newFile()
    writeFileSync(file, '')
    expect(open(file).topics()).toEqual([])
  })

  test('is refused for a journal of another version', () => {
    const file = filled()
    const db = new BetterSqlite3(file)
    db.pragma('user_version = 99')
    db.close()
    expect(refusal(file)).toMatchObject({ code: 'journal-version', message: expect.stringContaining('99') })
  })

  test('is refused for a journal whose end is missing', () => {
    const file = filled()
    truncateSync(file, readFileSync(file).length - 8192)
    expect(refusal(file).code).toBe('journal-damaged')
  })

  test('is refused for a journal with pages overwritten', () => {
    const file = filled()
    const handle = openSync(file, 'r+')
    writeSync(handle, Buffer.alloc(4096 * 4, 0xff), 0, 4096 * 4, 4096 * 6)
    closeSync(handle)
    expect(refusal(file).code).toBe('journal-damaged')
  })

  test('is refused where there is no folder', () => {
    expect(refusal(join(dirname(newFile()), 'missing', 'kafka.db'))).toMatchObject({
      code: 'journal-unusable',
      next: expect.stringContaining('folder'),
    })
  })

  test('leaves nothing open when it is refused', () => {
    const file = filled()
    const db = new BetterSqlite3(file)
    db.pragma('user_version = 99')
    db.close()
    refusal(file)
    const again = new BetterSqlite3(file, { timeout: 0 })
    again.exec('BEGIN EXCLUSIVE; COMMIT')
    again.close()
  })

  test('finds a message missing in the middle when the cluster reads it', () => {
    const file = filled()
    const db = new BetterSqlite3(file)
    db.exec('DELETE FROM messages WHERE offset = 7')
    db.close()
    const journal = open(file)
    expect(() => createCluster({ journal })).toThrow(
      expect.objectContaining({ code: 'journal-damaged', message: expect.stringContaining('events/0') }),
    )
    // Whoever catches it can still close the file.
    journal.close()
  })
})

function boundClose(file: string) {
  const journal = open(file)
  return { clusterId: journal.clusterId, close: () => journal.close() }
}
