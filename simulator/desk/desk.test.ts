import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { findExercise, loadExercise } from './exercise.ts'

const exercise = await loadExercise(findExercise('12'))
const folder = mkdtempSync(join(tmpdir(), 'desk-'))
let desk: Desk
beforeAll(() => {
  desk = openDesk({ workers: 2, hardLimitMs: 1500 })
})
afterAll(() => {
  desk.close()
  rmSync(folder, { recursive: true })
})

let files = 0
/** Judges a file with this text, as a student would save it. */
async function judge(text: string, options = {}) {
  const file = join(folder, `answer-${++files}.ts`)
  writeFileSync(file, text)
  return desk.judge(exercise, { name: 'test', file }, { samples: 0, maxPairs: 50, ...options })
}

/** A service that counts everything once, with room for a flaw at the places where flaws are made. */
const service = ({
  top = '',
  start = '',
  handle = '',
  isNew = 'remember.run(event.id).changes > 0',
}: {
  top?: string
  start?: string
  handle?: string
  isNew?: string
} = {}) => `
  import type { Service } from '#simulator/service.ts'
  ${top}
  export const inventory: Service = async ({ kafka, db }) => {
    db.exec(\`
      CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY);
      CREATE TABLE IF NOT EXISTS stock (product_id TEXT PRIMARY KEY, units INTEGER);
      CREATE TABLE IF NOT EXISTS weekly_sales (product_id TEXT, week TEXT, units INTEGER, PRIMARY KEY (product_id, week))
    \`)
    ${start}
    const remember = db.prepare('INSERT INTO inbox VALUES (?) ON CONFLICT DO NOTHING')
    const stock = db.prepare('INSERT INTO stock VALUES (?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units')
    const sales = db.prepare('INSERT INTO weekly_sales VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units')
    const apply = db.transaction((event: any) => {
      if (!(${isNew})) return
      if (event.type === 'GoodsReceived') stock.run(event.data.productId, event.data.quantity)
      else for (const { productId, quantity } of event.data.lines) {
        stock.run(productId, -quantity)
        sales.run(productId, event.data.week, quantity)
      }
    })
    const producer = kafka.producer()
    await producer.connect()
    const consumer = kafka.consumer({ groupId: 'inventory' })
    await consumer.connect()
    await consumer.subscribe({ topics: ['warehouse.events', 'sales.events'], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const event = JSON.parse(String(message.value))
        ${handle}
        apply(event)
        if (event.type !== 'OrderPlaced') return
        const answer = { id: event.id + '/reserved', type: 'StockReserved', data: { orderId: event.data.orderId } }
        await producer.send({ topic: 'reservation.events', messages: [{ key: event.data.orderId, value: JSON.stringify(answer) }] })
      },
    })
  }
`

test('a right answer holds', async () => {
  const report = await judge(service())
  expect(report.refused).toBeUndefined()
  expect(report.verdict?.counterexamples).toEqual([])
  expect(report.holds).toBe(true)
})

test('a package that exists only as an ES module can be used', async () => {
  const report = await judge(service({ top: "import width from 'string-width'", start: "width('ab')" }))
  expect(report.refused).toBeUndefined()
  expect(report.holds).toBe(true)
})

test('the back door to Node’s modules is shut', async () => {
  const start = "process.getBuiltinModule('node:fs')"
  const report = await judge(service({ start }))
  expect(report.holds).toBe(false)
  expect(report.explanations[0]?.errors[0]?.sentence).toMatch(/node:fs does not exist inside the simulation/)
})

test('memory at module level is gone after a restart', async () => {
  const seenSet = 'const seen = new Set<string>()'
  const remember = '!seen.has(event.id) && !!seen.add(event.id)'
  const report = await judge(service({ top: seenSet, isNew: remember }))
  expect(report.verdict?.counterexamples[0]?.violations[0]).toMatchObject({ outcome: 'doubled' })
  const survives = report.verdict!.survey.families.find(({ family }) => family === 'duplicate-at-once')
  expect(survives!.failures).toEqual([])
})

describe('is refused with one sentence and a next step:', () => {
  test.each([
    [
      'a syntax error, with file, line and column',
      'export const inventory = async ( => {}',
      /answer-\d+\.ts:1:\d+: /,
    ],
    ['nothing exported', 'const inventory = 1', /has to export inventory, but it exports nothing/],
    [
      'another export',
      'export const inventroy = async () => {}',
      /has to export inventory, but it exports inventroy/,
    ],
    ['something else than a function', 'export const inventory = {}', /but inventory is an object/],
    [
      'a file of its own',
      service({ top: "import { readFileSync } from 'node:fs'", start: "readFileSync('x')" }),
      /imports node:fs, which does not exist inside the simulation/,
    ],
    [
      'a timer of Node’s',
      service({ top: "import { setTimeout as sleep } from 'node:timers/promises'", start: 'await sleep(1)' }),
      /imports node:timers\/promises/,
    ],
    [
      'a socket',
      service({ top: "import http from 'http'", start: 'http.get("http://localhost")' }),
      /imports http/,
    ],
    [
      'an await outside any function',
      service({ top: 'await Promise.resolve()' }),
      /answer-\d+\.ts:\d+: an await outside any function/,
    ],
    [
      'an error while loading',
      service({ top: "throw new Error('oh')" }),
      /throws while it is loaded: Error: oh/,
    ],
    [
      'an endless loop while loading',
      service({ top: 'for (;;) {}' }),
      /never yields: a single step took more than 1\.5 s/,
    ],
    [
      'a package that is not installed',
      service({ top: "import nothing from 'no-such-package'", start: 'nothing()' }),
      /no-such-package/,
    ],
  ])('%s', async (_, text, sentence) => {
    const { refused, holds } = await judge(text)
    expect(holds).toBe(false)
    expect(refused?.sentence).toMatch(sentence)
    expect(refused?.sentence).not.toMatch(/\n|^\s*at /)
    expect(refused?.next).not.toBe('')
  })
})

describe('does not come to an end, and says so:', () => {
  test.each([
    ['an endless loop in the handler', service({ handle: 'for (;;) {}' }), 'endless-loop', /never yields/],
    [
      'an endless chain of microtasks',
      service({ handle: 'for (;;) await null' }),
      'endless-loop',
      /never yields/,
    ],
    [
      'a promise that never settles',
      service({ handle: 'await new Promise(() => {})' }),
      'waiting-outside',
      /a promise that nothing will settle/,
    ],
    ['leaving the process', service({ handle: 'process.exit(1)' }), 'process-ended', /process\.exit/],
    [
      'a missing table',
      service({ start: "db.exec('DROP TABLE weekly_sales')" }).replace(
        'const sales = db.prepare',
        'const sales = db.prepare',
      ),
      'missing-table',
      /weekly_sales/,
    ],
  ])('%s', async (_, text, code, sentence) => {
    const { verdict, holds } = await judge(text)
    expect(holds).toBe(false)
    expect(verdict?.counterexamples[0]?.trouble?.code).toBe(code)
    expect(verdict?.counterexamples[0]?.trouble?.sentence).toMatch(sentence)
  })

  test('and the next answer is judged as if nothing had been', async () => {
    expect((await judge(service())).holds).toBe(true)
  })
})

test('a loop under one fault only is shown with that fault', async () => {
  const report = await judge(
    service({ isNew: 'remember.run(event.id).changes > 0 || (() => { for (;;) {} })()' }),
  )
  expect(report.verdict?.counterexamples[0]).toMatchObject({
    guarantee: 'comes-to-an-end',
    plan: { faults: [{ kind: 'duplicate' }] },
    trouble: { code: 'endless-loop' },
  })
})
