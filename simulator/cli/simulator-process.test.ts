import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './simulator-process.ts'
import type { SimProgress, SimTask } from './tasks.ts'

const SECOND_MS = 1000
const folders: string[] = []
const threads: Simulator[] = []
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function start(hardLimitMs: number): Simulator {
  const thread = startSimulator('solutions', hardLimitMs)
  threads.push(thread)
  return thread
}

const task = (orders: number, more: Partial<SimTask> = {}): SimTask => ({
  spec: { plan: { seed: 1, faults: [] }, orders },
  observeEveryMs: 0,
  ...more,
})

test('runs one task after another, each from a fresh world', async () => {
  const thread = start(30 * SECOND_MS)
  const first = await thread.run(task(2))
  const other = await thread.run(task(3))
  const again = await thread.run(task(2))
  expect(first).toMatchObject({ holds: true, trouble: undefined, summary: { orders: { accepted: 2 } } })
  expect(other.traceHash).not.toBe(first.traceHash)
  expect(again.traceHash).toBe(first.traceHash)
  expect(first.guarantees).toBeGreaterThan(5)
})

test('tells what it has come to while it works', async () => {
  const seen: SimProgress[] = []
  await start(30 * SECOND_MS).run(task(500), progress => seen.push(progress))
  expect(seen.length).toBeGreaterThan(0)
  const orders = seen.map(progress => progress.orders)
  expect(orders).toEqual([...orders].sort((left, right) => left - right))
  expect(orders.at(-1)).toBeGreaterThan(0)
})

test('brings a refusal from the thread as the same refusal, and can go on', async () => {
  const thread = start(30 * SECOND_MS)
  const faults = [{ kind: 'crash', at: 'inventory/comit order-1/OrderPlaced', when: 'after' }]
  const bad = { spec: { plan: { seed: 1, faults }, orders: 2 }, observeEveryMs: 0 }
  await expect(thread.run(bad)).rejects.toMatchObject({
    name: 'WorkbenchError',
    code: 'unknown-site',
    next: expect.stringContaining('inventory/commit order-1/OrderPlaced#1'),
  })
  expect((await thread.run(task(2))).holds).toBe(true)
})

test('ends a thread in which no step follows for too long', async () => {
  // Reading so many rows is one piece of work in which no step is taken: to the watchdog it looks like an endless loop.
  const data = manyRows()
  await expect(start(50).run({ ...task(1), spec: { ...task(1).spec, data } })).rejects.toMatchObject({
    code: 'endless-loop',
    message: 'The simulation never yields: a single step has taken more than 0.05 s of real time.',
    next: expect.stringContaining('--hard-limit'),
  })
})

test('leaves a thread alone that is slow but takes its steps, and one that has nothing to do', async () => {
  const thread = start(5 * SECOND_MS)
  expect((await thread.run(task(100))).holds).toBe(true)
  await new Promise(resolve => setTimeout(resolve, SECOND_MS))
  expect((await thread.run(task(2))).holds).toBe(true)
})

/** A data folder whose last row is wrong, so that the thread would end soon if the watchdog did not end it. */
function manyRows(): string {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-'))
  folders.push(folder)
  const products = 'productID,productName,unitPrice,unitsInStock,unitsOnOrder,reorderLevel,discontinued'
  const rows = Array.from({ length: 300_000 }, (_, index) => `${index},Product ${index},1.00,1,0,0,0`)
  writeFileSync(join(folder, 'products.csv'), [products, ...rows, 'bad'].join('\n'))
  return folder
}
