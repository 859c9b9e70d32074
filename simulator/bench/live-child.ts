/**
 * The process in which `end-to-end.ts` measures live mode: all services and their client in one, with real HTTP and files.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectToBroker, type LiveCluster, openEmbeddedCluster } from '#simulator/live/cluster.ts'
import { clearBroker } from '#simulator/live/field/broker-room.ts'
import { instancesOf } from '#simulator/live/instance.ts'
import { startLive } from '#simulator/live/live.ts'
import { silentLog } from '#simulator/live/logs.ts'
import { generateActs } from '#simulator/live/parity/generated-acts.ts'
import { openStateFolder, type StateFolder } from '#simulator/live/state-folder.ts'
import { READ_MODELS } from '#simulator/shop/read-models.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { flood } from './flood.ts'

export interface LiveTask {
  readonly orders: number
  readonly seed: number
  /** By read model and key, as JSON: what they must come to. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** `host:port`; without it the embedded broker. */
  readonly broker?: string
}

export type ToLiveChild = 'run'
export interface FromLiveChild {
  /** From the first request to the last read model at rest. */
  readonly tookMs: number
}

const LOOK_EVERY_MS = 10
const PATIENCE_MS = 120_000

const task = JSON.parse(process.argv[2] ?? '') as LiveTask
process.on('message', async () => {
  const tookMs = await measure()
  process.send?.({ tookMs } satisfies FromLiveChild)
})
process.on('disconnect', () => process.exit())

/** Starts the shop with nothing in it, lets the orders through, and ends it. */
async function measure(): Promise<number> {
  const { data } = generateActs(task.orders, task.seed)
  const shop = createShop({ data })
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-bench-'))
  const state = openStateFolder(folder)
  const cluster = await openCluster(state)
  const live = await startLive({
    scenario: shop,
    instances: instancesOf(shop),
    cluster,
    state,
    log: silentLog,
    groups: [],
  })
  try {
    await until('the shop is ready', live.isReady)
    const startedAt = performance.now()
    await flood(shop.notes, data)
    await untilAtRest(state)
    return performance.now() - startedAt
  } finally {
    cluster.prepareToClose()
    await live.stop()
    await cluster.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function openCluster(state: StateFolder): Promise<LiveCluster> {
  if (task.broker === undefined) return openEmbeddedCluster(state.journalFile, TOPICS, silentLog)
  const cluster = await connectToBroker(task.broker, TOPICS, silentLog)
  await clearBroker(cluster.admin, TOPICS)
  return cluster
}

async function untilAtRest(state: StateFolder): Promise<void> {
  const models = READ_MODELS.map(model => ({ model, db: state.openDatabaseReadonly(model.database)! }))
  const isAsExpected = ({ model, db }: (typeof models)[number]) => {
    const expected = task.rows[model.name]!
    const rows = model.read(db)
    if (rows.size !== Object.keys(expected).length) return false
    return [...rows].every(([key, row]) => expected[key] === JSON.stringify(row))
  }
  await until('all read models are at rest', () => models.every(isAsExpected))
  for (const { db } of models) db.close()
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; !condition(); ) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
