/**
 * The whole shop on the embedded broker in a folder of its own, for tests that ask it over HTTP.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createShop } from '#simulator/shop/shop.ts'
import { GROUPS } from '#simulator/shop/topics.ts'
import { createApiPage } from '../api-page.ts'
import { openEmbeddedCluster } from '../cluster.ts'
import { instancesOf } from '../instance.ts'
import { startLive } from '../live.ts'
import { createLog, silentLog } from '../logs.ts'
import { openStateFolder } from '../state-folder.ts'

export interface LiveShop {
  readonly gateway: string
  /** By instance name, the outside parties among them. */
  readonly urls: Readonly<Record<string, string>>
  /** What was logged as an error since the start, one line each: a request that was answered 500 is among them. */
  readonly errors: readonly string[]
  stop(): Promise<void>
}

const LONGEST_START_MS = 20_000
const LONGEST_CONFIRMATION_MS = 20_000

export async function startLiveShop(): Promise<LiveShop> {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-'))
  const scenario = createShop()
  const errors: string[] = []
  const state = openStateFolder(folder)
  const cluster = await openEmbeddedCluster(state.journalFile, scenario.topics, silentLog)
  const live = await startLive({
    scenario,
    instances: instancesOf(scenario),
    cluster,
    state,
    log: createLog('json', linesOf('error', errors)),
    groups: GROUPS,
    extras: { gateway: createApiPage() },
  })
  const stop = async () => {
    await live.stop()
    await cluster.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + LONGEST_START_MS
  while (!live.isReady()) {
    if (Date.now() > deadline) {
      await stop()
      throw new Error(`the shop is not ready after ${LONGEST_START_MS} ms`)
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const urls = Object.fromEntries(live.instances.map(({ name, url }) => [name, url]))
  return { gateway: urls.gateway!, urls, errors, stop }
}

/**
 * Lists a product, orders it, and waits until payment and stock have confirmed the order.
 * @throws Error when that takes too long
 */
export async function placeAndConfirm(gateway: string): Promise<void> {
  const id = `normal-${crypto.randomUUID()}`
  const send = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': id }
    const response = await fetch(gateway + path, { method, headers, body: JSON.stringify(body) })
    if (response.status !== 201) throw new Error(`${method} ${path}: ${response.status}`)
  }
  await send('PUT', `/products/${id}`, { name: 'Normal', unitPriceCents: 100, openingStock: 1 })
  const lines = [{ productId: id, quantity: 1, unitPriceCents: 100 }]
  await send('POST', '/orders', { orderId: id, customerId: 'ada', lines })
  const deadline = Date.now() + LONGEST_CONFIRMATION_MS
  for (;;) {
    const order = (await (await fetch(`${gateway}/orders/${id}`)).json()) as { status: string }
    if (order.status === 'confirmed') return
    if (Date.now() > deadline) throw new Error(`${id} is ${order.status} after ${LONGEST_CONFIRMATION_MS} ms`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

function linesOf(level: string, lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line.includes(`"level":"${level}"`)) lines.push(line)
      done()
    },
  })
}
