/**
 * Runs, and what is read out of the databases while they go on.
 */
import { asTrouble, RUN_LIMITS } from '#simulator/explore/run-plan.ts'
import type { Evidence, Scenario } from '#simulator/scenario/scenario.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { known } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { RunRequest, RunResult, TableHistory, TableSnapshot, Topology } from './protocol.ts'
import { loadScenario } from './scenarios.ts'

/** Virtual milliseconds between two samples of each read model, which make the curve of its drift. */
const OBSERVE_EVERY_MS = 250
/** Of more commits only every so many are kept, so that a history fits into memory. */
const MAX_SNAPSHOTS = 2000

export async function run(base: string, request: RunRequest): Promise<RunResult> {
  const { scenario: ref, plan } = request
  const { create, slot } = await loadScenario(base, request)
  const scenario = create()
  const records: TraceRecord[] = []
  const startedAt = performance.now()
  const result = await simulate(scenario, plan, {
    ...limitsOf(ref),
    observeEveryMs: observeEveryMs(scenario),
    unstruck: 'ignore',
    onRecord: record => void records.push(record),
  })
  const { trouble, traceHash, holds, violations, virtualMs, healedAtMs, unstruck } = result
  return {
    topology: topologyOf(scenario),
    records,
    traceHash,
    holds,
    violations,
    ...(trouble === undefined ? {} : { trouble: asTrouble(trouble) }),
    virtualMs,
    healedAtMs,
    sites: result.sites(),
    unstruck,
    ...(slot === undefined ? {} : { answer: { file: slot.file, content: slot.content } }),
    realMs: performance.now() - startedAt,
  }
}

/** The names of all tables, by database. */
export async function tables(base: string, request: RunRequest): Promise<Record<string, string[]>> {
  const { scenario: ref, plan } = request
  const found: Record<string, string[]> = {}
  const { create } = await loadScenario(base, request)
  const scenario = create()
  const names = [...new Set(topologyOf(scenario).services.map(({ database }) => database))]
  await simulate(scenario, plan, {
    ...limitsOf(ref),
    hash: false,
    unstruck: 'ignore',
    inspect(evidence) {
      for (const name of names) {
        const own = tablesOf(evidence, name)
        if (own.length > 0) found[name] = own
      }
    },
  })
  return found
}

/** Executes the run again and looks into the table after each commit to its database. */
export async function tableHistory(
  base: string,
  request: RunRequest & { readonly database: string; readonly table: string },
): Promise<TableHistory> {
  const { scenario: ref, plan, database, table } = request
  const { create } = await loadScenario(base, request)
  let columns: readonly string[] = []
  let snapshots: TableSnapshot[] = []
  let every = 1
  let commits = 0
  let last = ''
  const look = (evidence: Evidence, seq: number, t: number) => {
    if (!tablesOf(evidence, database).includes(table)) return
    const statement = evidence.database(database).prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`)
    columns = statement.columns().map(({ name }) => name)
    const rows = (statement.raw().all() as unknown[][]).map(row => row.map(plain))
    const text = JSON.stringify(rows)
    if (text === last) return
    last = text
    snapshots.push({ seq, t, rows })
    if (snapshots.length <= MAX_SNAPSHOTS) return
    snapshots = snapshots.filter((_, index) => index % 2 === 0)
    every *= 2
  }
  const scenario = create()
  await simulate(scenario, plan, {
    ...limitsOf(ref),
    observeEveryMs: observeEveryMs(scenario),
    hash: false,
    unstruck: 'ignore',
    onRecord(record, evidence) {
      const commit = known(record)
      if (commit.kind !== 'db.commit' || commit.database !== database) return
      if (commits++ % every === 0) look(evidence, record.seq, record.t)
    },
  })
  return { database, table, columns, snapshots }
}

export function limitsOf(ref: RunRequest['scenario']) {
  return ref.kind === 'exercise' ? RUN_LIMITS : {}
}

export function observeEveryMs({ readModels = [] }: Scenario): number {
  return readModels.length === 0 ? 0 : OBSERVE_EVERY_MS
}

function tablesOf(evidence: Evidence, database: string): string[] {
  return evidence
    .database(database)
    .prepare<[], string>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .pluck()
    .all()
}

/** What the page shows of a value. */
function plain(value: unknown): string | number | null {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}

function topologyOf({ services, topics, parties, readModels = [], guarantees }: Scenario): Topology {
  return {
    services: services.map(({ name, database = name }) => ({ name, database })),
    topics: topics.map(({ topic, partitions }) => ({ topic, partitions })),
    parties: Object.keys(parties),
    readModels: readModels.map(({ name }) => name),
    guarantees: guarantees.map(({ name, promise }) => ({ name, promise })),
  }
}
