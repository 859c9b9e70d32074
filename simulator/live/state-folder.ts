/**
 * The folder that live mode keeps its state in: databases, addresses and locks. It belongs to one Kafka cluster.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
}

/** @throws WorkbenchError `bad-state-folder` when the folder cannot be made */
export function openStateFolder(folder: string): StateFolder {
  const addressFolder = join(folder, 'run')
  try {
    mkdirSync(addressFolder, { recursive: true })
  } catch (error) {
    throw new WorkbenchError(
      'bad-state-folder',
      `${folder} cannot be made: ${error instanceof Error ? error.message : error}.`,
      'Choose another folder with --state.',
    )
  }
  return {
    folder,
    addressFolder,
    journalFile: join(folder, 'kafka.db'),
    openDatabase(name) {
      const db = new BetterSqlite3(join(folder, `${name}.db`))
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      return db
    },
    openDatabaseReadonly(name) {
      const file = join(folder, `${name}.db`)
      return existsSync(file) ? new BetterSqlite3(file, { readonly: true }) : undefined
    },
    lock: name => lock(join(addressFolder, `${name}.lock`), name, addressFolder),
    bindTo: clusterId => bind(join(folder, 'cluster.txt'), folder, clusterId),
  }
}

/** An exclusive transaction that is never ended: the operating system frees it with the process, also after a SIGKILL. */
function lock(file: string, name: string, addressFolder: string): () => void {
  const db = new BetterSqlite3(file, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch {
    db.close()
    throw new WorkbenchError(
      'instance-running',
      `${name} runs already on this database${where(join(addressFolder, `${name}.json`))}.`,
      `Stop that process first, or share its work as a second instance: npm run shop -- ${secondOf(name)} --broker HOST:PORT.`,
    )
  }
  return () => db.close()
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

function bind(file: string, folder: string, clusterId: string): void {
  if (!existsSync(file)) {
    writeFileSync(file, `${clusterId}\n`)
    return
  }
  const bound = readFileSync(file, 'utf8').trim()
  if (bound === clusterId) return
  throw new WorkbenchError(
    'other-cluster',
    `The databases in ${folder} belong to another Kafka cluster (${bound}, and this is ${clusterId}): offsets and outboxes in them speak of topics that are not here.`,
    'Begin anew with --fresh, which removes them, or keep them and use another folder with --state.',
  )
}
