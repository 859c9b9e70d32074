/**
 * The SQLite file of a journal: opened for this process alone, made when it is not there, and refused when it is not ours.
 */
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface JournalFile {
  readonly db: BetterSqlite3.Database
  readonly clusterId: string
}

/** Says in the header of the file whose it is: "OooJ". https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x4f6f6f4a
const VERSION = 1
/** A process that was killed a moment ago may still be on its way out. */
const BUSY_TIMEOUT_MS = 500
/** The smallest page. SQLite takes anything shorter for an empty file, and would write over it. */
const MIN_SIZE_BYTES = 512
/** As in the cluster without a journal, so that ids look the same. */
const FIRST_PRODUCER_ID = 1000

/**
 * A column of type ANY in a STRICT table gives back what was put in: text as text, bytes as bytes
 * (https://www.sqlite.org/stricttables.html). Messages lie in the order of their offsets, so that the oldest are deleted from one end.
 */
const SCHEMA = `
  CREATE TABLE cluster (
    id TEXT NOT NULL,
    next_producer_id INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    config TEXT NOT NULL
  ) STRICT;
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL REFERENCES topics (name),
    partition INTEGER NOT NULL,
    low INTEGER NOT NULL,
    UNIQUE (topic, partition)
  ) STRICT;
  CREATE TABLE messages (
    partition_id INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    timestamp REAL NOT NULL,
    key ANY,
    value ANY,
    headers TEXT,
    label TEXT NOT NULL,
    producer_id TEXT,
    role TEXT,
    PRIMARY KEY (partition_id, offset)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE offsets (
    group_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    metadata TEXT,
    PRIMARY KEY (group_id, topic, partition)
  ) STRICT, WITHOUT ROWID;
`

/** @throws WorkbenchError `journal-in-use`, `not-a-journal`, `journal-version`, `journal-damaged`, `journal-unusable` */
export function openJournalFile(file: string): JournalFile {
  let db: BetterSqlite3.Database | undefined
  try {
    // Only looked at from outside: to open and close it would give up the locks that this process may have on it.
    const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (sizeBytes > 0 && sizeBytes < MIN_SIZE_BYTES) throw notAJournal(file)
    db = new BetterSqlite3(file, { timeout: BUSY_TIMEOUT_MS })
    return prepare(db, file)
  } catch (error) {
    db?.close()
    throw error instanceof WorkbenchError ? error : unusable(file, error)
  }
}

/** Whatever reading it threw, as an error for a person. */
export function unusable(file: string, error: unknown): WorkbenchError {
  const { code = '', message } = error as { code?: string; message: string }
  if (code.startsWith('SQLITE_BUSY')) {
    return new WorkbenchError(
      'journal-in-use',
      `Another process has the journal ${file} open.`,
      'End that process first, or use another file.',
    )
  }
  if (code === 'SQLITE_NOTADB') return notAJournal(file)
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, message)
  return new WorkbenchError(
    'journal-unusable',
    `The journal ${file} cannot be opened: ${message}.`,
    'See that its folder exists, that there is room on the disk, and that you may write there.',
  )
}

export function damaged(file: string, how: string): WorkbenchError {
  return new WorkbenchError(
    'journal-damaged',
    `The journal ${file} is damaged: ${how}.`,
    'Move it out of the way, together with the file that ends in -wal, to begin with an empty cluster.',
  )
}

function notAJournal(file: string): WorkbenchError {
  return new WorkbenchError(
    'not-a-journal',
    `${file} is not a journal of this workbench.`,
    'Name another file; this one was left as it is.',
  )
}

function prepare(db: BetterSqlite3.Database, file: string): JournalFile {
  // Before the first look at the file: from then on it is this process's, and the operating system frees it however that ends.
  db.pragma('locking_mode = EXCLUSIVE')
  const isEmpty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
  const applicationId = db.pragma('application_id', { simple: true })
  if (applicationId !== APPLICATION_ID && !(isEmpty && applicationId === 0)) throw notAJournal(file)
  if (!isEmpty) requireVersion(db, file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.exec('BEGIN EXCLUSIVE')
  if (isEmpty) create(db)
  db.exec('COMMIT')
  const found = db.pragma('quick_check(1)', { simple: true })
  if (found !== 'ok') throw damaged(file, String(found))
  const clusterId = db.prepare('SELECT id FROM cluster').pluck().get()
  if (typeof clusterId !== 'string') throw damaged(file, 'it does not say which cluster it belongs to')
  return { db, clusterId }
}

function requireVersion(db: BetterSqlite3.Database, file: string): void {
  const version = db.pragma('user_version', { simple: true })
  if (version === VERSION) return
  throw new WorkbenchError(
    'journal-version',
    `The journal ${file} has version ${version}, and this workbench reads version ${VERSION}.`,
    'Move it out of the way to begin with an empty cluster, or run the version of the workbench that wrote it.',
  )
}

/** All at once, so that a kill in between leaves an empty file, which the next start takes for a new one. */
function create(db: BetterSqlite3.Database): void {
  db.exec(SCHEMA)
  const insert = db.prepare('INSERT INTO cluster (id, next_producer_id) VALUES (?, ?)')
  // As Kafka's cluster ids look: sixteen random bytes in Base64.
  insert.run(randomBytes(16).toString('base64url'), FIRST_PRODUCER_ID)
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.pragma(`user_version = ${VERSION}`)
}
