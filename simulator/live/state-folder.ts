/**
 * The folder that live mode keeps its state in: databases, addresses and locks. It belongs to one Kafka cluster.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import type { Database } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface StateFolder {
  readonly folder: string
  /** Where instances announce themselves. */
  readonly addressFolder: string
  readonly journalFile: string
  /** Opens the database of that name, with a write-ahead log: what was committed outlives a kill of the process. */
  openDatabase(name: string): Database
  /** For whoever only looks; undefined when it does not exist yet. */
  openDatabaseReadonly(name: string): Database | undefined
  /**
   * @returns how to give it back; the end of the process, however it comes about, does so too
   * @throws WorkbenchError `instance-running` when another process has it
   */
  lock(name: string): () => void
  /**
   * Offsets and outboxes in the databases speak of one cluster; with another they would be wrong.
   * @throws WorkbenchError `other-cluster`
   */
  bindTo(clusterId: string): void
  /** The id of that cluster; undefined as long as nothing has run here. */
  boundTo(): string | undefined
}

/** Says that a folder is ours: we put files only there, and delete them only there. */
const MARKER = 'out-of-order.txt'
const MARKER_TEXT = 'Databases of `npm run shop`. With --fresh it deletes them and begins anew.\n'
const ADDRESS_FOLDER = 'run'
const CLUSTER_FILE = 'cluster.txt'
const JOURNAL = 'kafka'
/** What SQLite puts beside a database. https://www.sqlite.org/tempfiles.html */
const SQLITE_ENDINGS = ['', '-wal', '-shm', '-journal']
/** Replicas share a database, and so does a relay with the service it relays from: each waits for the others' commits. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * Makes the folder unless it is there.
 * @throws WorkbenchError `bad-state-folder` when it cannot be made or used, or holds what is not ours
 */
export function openStateFolder(folder: string): StateFolder {
  const addressFolder = join(folder, ADDRESS_FOLDER)
  try {
    requireOurs(folder)
    mkdirSync(folder, { recursive: true })
    // First of all: another process that starts at the same time must not find our files without it.
    if (!existsSync(join(folder, MARKER))) writeFileSync(join(folder, MARKER), MARKER_TEXT)
    mkdirSync(addressFolder, { recursive: true })
  } catch (error) {
    throw error instanceof WorkbenchError ? error : unusable(folder, error)
  }
  return {
    folder,
    addressFolder,
    journalFile: join(folder, `${JOURNAL}.db`),
    openDatabase(name) {
      const db = new BetterSqlite3(join(folder, `${name}.db`), { timeout: BUSY_TIMEOUT_MS })
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      return db
    },
    openDatabaseReadonly(name) {
      const file = join(folder, `${name}.db`)
      return existsSync(file) ? new BetterSqlite3(file, { readonly: true }) : undefined
    },
    lock: name => lock(addressFolder, name),
    bindTo: clusterId => bind(folder, clusterId),
    boundTo: () => readBinding(folder),
  }
}

/**
 * Deletes what live mode has written there, and nothing else; a folder that does not exist has nothing.
 * @param databases all that there may be, by name
 * @throws WorkbenchError `instance-running` when somebody still works with it; `bad-state-folder` when it is not ours
 */
export function clearStateFolder(folder: string, databases: readonly string[]): void {
  if (!existsSync(folder)) return
  const { addressFolder } = openStateFolder(folder)
  const run = readdirSync(addressFolder)
  const unlocks: (() => void)[] = []
  try {
    for (const [, name] of run.map(file => /^(.+)\.lock$/.exec(file) ?? []))
      if (name !== undefined) unlocks.push(lock(addressFolder, name))
    const addresses = run.filter(file => /\.(json|tmp)$/.test(file)).map(file => join(ADDRESS_FOLDER, file))
    const files = [JOURNAL, ...databases].flatMap(name => SQLITE_ENDINGS.map(ending => `${name}.db${ending}`))
    for (const file of [...addresses, ...files, CLUSTER_FILE]) rmSync(join(folder, file), { force: true })
  } finally {
    // The locks' files stay: whoever waits for one must not find another in its place.
    for (const unlock of unlocks) unlock()
  }
}

/** @throws WorkbenchError `bad-state-folder` */
function requireOurs(folder: string): void {
  if (!existsSync(folder)) return
  const found = readdirSync(folder)
  const [strange] = found
  if (strange === undefined || found.includes(MARKER)) return
  throw new WorkbenchError(
    'bad-state-folder',
    `${folder} holds something that is not the shop's: ${strange}.`,
    'Choose a folder with --state that is empty or does not exist yet.',
  )
}

function unusable(folder: string, error: unknown): WorkbenchError {
  return new WorkbenchError(
    'bad-state-folder',
    `${folder} cannot be used: ${error instanceof Error ? error.message : error}.`,
    'Choose another folder with --state.',
  )
}

/** An exclusive transaction that is never ended: the operating system frees it with the process, also after a SIGKILL. */
function lock(addressFolder: string, name: string): () => void {
  let db: Database | undefined
  try {
    db = new BetterSqlite3(join(addressFolder, `${name}.lock`), { timeout: 0 })
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    const isTaken = error instanceof BetterSqlite3.SqliteError && error.code.startsWith('SQLITE_BUSY')
    throw isTaken ? running(addressFolder, name) : unusable(addressFolder, error)
  }
  const held = db
  return () => held.close()
}

function running(addressFolder: string, name: string): WorkbenchError {
  return new WorkbenchError(
    'instance-running',
    `${name} runs already on this database${where(join(addressFolder, `${name}.json`))}.`,
    `Stop that process first, or share its work as a second instance: npm run shop -- ${secondOf(name)} --broker HOST:PORT.`,
  )
}

function where(addressFile: string): string {
  try {
    const { pid, url } = JSON.parse(readFileSync(addressFile, 'utf8')) as { pid?: unknown; url?: unknown }
    return ` (process ${pid}, ${url})`
  } catch {
    return ''
  }
}

function secondOf(name: string): string {
  const [, service = name, number = '1'] = /^(.+?)-([2-9])$/.exec(name) ?? []
  return `${service}-${Math.min(9, Number(number) + 1)}`
}

function readBinding(folder: string): string | undefined {
  const file = join(folder, CLUSTER_FILE)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

function bind(folder: string, clusterId: string): void {
  const bound = readBinding(folder)
  if (bound === undefined) writeFileSync(join(folder, CLUSTER_FILE), `${clusterId}\n`)
  if (bound === undefined || bound === clusterId) return
  throw new WorkbenchError(
    'other-cluster',
    `The databases in ${folder} belong to another Kafka cluster (${bound}, and this is ${clusterId}): offsets and outboxes in them speak of topics that are not here.`,
    'Begin anew with --fresh, which removes them, or keep them and use another folder with --state.',
  )
}
