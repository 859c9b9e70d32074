import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'

const ROOT = join(import.meta.dirname, '../..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-of-order-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** The command line as it is met in a terminal, without colours and with nobody looking at a progress line. */
function run(...args: string[]): Promise<Ended> {
  const { FORCE_COLOR: _, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1' }
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--import', 'tsx', '-C', 'solutions', 'simulator/cli/main.ts', ...args],
      { cwd: ROOT, env, maxBuffer: 50_000_000 },
      (error, stdout, stderr) => {
        // Node warns about features that are new to it; that is not ours.
        const ours = stderr.replace(/^\(.*Warning.*\n|^\(Use `node --trace.*\n/gm, '')
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr: ours })
      },
    )
  })
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function runJson(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect(stderr).toBe('')
  return { code, json: JSON.parse(stdout) }
}

describe('sim', () => {
  test('prints one JSON object, and writes the trace and a diagram', async () => {
    const trace = join(folder, 'out.ndjson')
    const diagram = join(folder, 'out.mmd')
    const { code, json } = await runJson('sim', '--trace', trace, '--diagram', diagram, '--order', 'order-1')
    expect(code).toBe(0)
    expect(json).toMatchObject({
      orders: 12,
      units: expect.any(Number),
      revenueCents: expect.any(Number),
      events: expect.any(Number),
      holds: true,
      violations: [],
      plan: 'shop?orders=12&seed=1',
      steps: expect.any(Number),
      virtualMs: expect.any(Number),
      healedAtMs: expect.any(Number),
      realMs: expect.any(Number),
      summary: { orders: { accepted: 12, open: 0, lost: 0 }, money: { chargedAgain: 0, refundedAgain: 0 } },
    })
    expect(json).not.toHaveProperty('trouble')

    const text = readFileSync(trace, 'utf8')
    expect(createHash('sha256').update(text).digest('hex')).toBe(json.traceHash)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(json.records)
    expect(lines.map(line => JSON.parse(line).seq)).toEqual(lines.map((_, index) => index + 1))

    const picture = readFileSync(diagram, 'utf8')
    expect(picture).toMatch(/^sequenceDiagram\n/)
    expect(picture).toContain('OrderPlaced')
    expect(picture.split('\n').length).toBeGreaterThan(10)
  })

  test('ends with 1 and lists what is broken; replay of its plan makes the same trace', async () => {
    const fault = 'lost-write:relay/send order-2/OrderPlaced'
    const { code, json } = await runJson('sim', '--fault', fault)
    expect(code).toBe(1)
    expect(json.holds).toBe(false)
    expect(json.violations).toContainEqual({
      guarantee: 'accepted-orders-kept',
      promise: expect.stringMatching(/\.$/),
      outcome: 'lost',
      message: expect.stringContaining('order-2'),
      subjects: ['order-2'],
    })
    expect(json.plan).toContain(fault.replaceAll(' ', '%20'))

    const again = await runJson('replay', json.plan)
    expect(again.code).toBe(1)
    expect({ ...again.json, realMs: 0 }).toEqual({ ...json, realMs: 0 })
  })

  test('tells the story of one order, and writes the read models', async () => {
    const path = join(folder, 'read-models.json')
    const { code, json } = await runJson('sim', '--story', 'order-1', '--read-models', path)
    expect(code).toBe(0)
    expect(json.story[0]).toMatch(/shopper → gateway {2}POST \/orders$/)
    expect(json.story.some((line: string) => line.includes('relay published OrderPlaced'))).toBe(true)
    const models = JSON.parse(readFileSync(path, 'utf8'))
    expect(Object.keys(models)).toEqual(['stock', 'weekly-sales', 'search', 'revenue', 'warehouse'])
    const cents = Object.values<number>(models.revenue).reduce((sum, day) => sum + day, 0)
    expect(cents).toBe(json.revenueCents)
    expect(json.revenueCents).toBeGreaterThan(0)
  })

  test('takes a plan file together with short forms', async () => {
    const path = write(
      'plan.json',
      JSON.stringify({ seed: 7, faults: [{ kind: 'down', service: 'search', from: '1s', for: '2s' }] }),
    )
    const { code, json } = await runJson(
      'sim',
      '--fault',
      path,
      '--fault',
      'slow:mail@1s+2s',
      '--orders',
      '2',
    )
    expect(code).toBe(0)
    expect(json.plan).toBe('shop?orders=2&seed=7&fault=down:search@1s+2s&fault=slow:mail@1s+2s')
    expect(json.orders).toBe(2)
  })

  test('prints a report that reads without colours and says how to see it again', async () => {
    const { code, stdout, stderr } = await run('sim', '--orders', '3', '--fault', 'down:search@1s+5s')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toContain('3 orders')
    expect(stdout).toMatch(/✓ all \d+ guarantees hold/)
    expect(stdout).toMatch(/trace [0-9a-f]{64}/)
    expect(stdout).toContain("npm run replay -- 'shop?orders=3&seed=1&fault=down:search@1s+5s'")
  })

  test('runs that find no rest end at the given limit, with 1 and the reason', async () => {
    const { code, json } = await runJson('sim', '--max-steps', '200')
    expect(code).toBe(1)
    expect(json.holds).toBe(false)
    expect(json.trouble).toMatchObject({
      code: 'never-settles',
      next: expect.stringContaining('--max-steps'),
    })
    expect(json.steps).toBe(200)
  })

  test('takes its orders from a data folder: units, cents (half a cent up) and the stock that is left', async () => {
    const { code, json } = await runJson('sim', '--data', northwind({}))
    expect(json.violations).toEqual([])
    expect(code).toBe(0)
    // 2 × 18.00; 1 × 10.10 less 5 % is 9.595; 3 × 0.70 less 15 % is 1.785; 10 × 18.00.
    expect(json).toMatchObject({ orders: 3, units: 16, revenueCents: 3600 + 960 + 179 + 18_000 })
    expect(json.plan).toMatch(/^shop\?data=.*&seed=1$/)
  })
})

test('demo shows every failure mode in a table, and each ends as promised', async () => {
  const { code, stdout, stderr } = await run('demo')
  expect(stderr).toBe('')
  expect(stdout).not.toContain('\u001b')
  expect(stdout).toMatch(/^ {2}what fails .*orders .*money .*mail .*stock .*guarantees$/m)
  expect(FAILURE_MODES.length).toBeGreaterThanOrEqual(10)
  for (const { title } of FAILURE_MODES) {
    const [row = ''] = stdout.split('\n').filter(line => line.startsWith(`  ${title} `))
    expect(row, title).toMatch(/✓ all \d+$|! \w+( \+\d+)?: noticed$/)
  }
  expect(stdout.match(/ shop\?/g)).toHaveLength(FAILURE_MODES.length)
  expect(code).toBe(0)
})

describe('help', () => {
  test('is an answer, not an error', async () => {
    const { code, stdout, stderr } = await run('sim', '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const option of ['--fault', '--seed', '--orders', '--data', '--trace', '--diagram', '--json'])
      expect(stdout).toContain(option)
  })

  test('comes by itself when no command is given, as a usage error', async () => {
    const { code, stdout, stderr } = await run()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage:')
    expect(stderr).not.toContain('outputHelp')
  })
})

/** One sentence on what is wrong, one on what to do next, and nothing else. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect(stdout).toBe('')
  expect(stderr).not.toMatch(/^ {4}at |node:internal|\(.*\.ts:\d+/m)
  expect(stderr).not.toMatch(/ZodError|Invalid input|CommanderError|undefined|\[object/)
  expect(stderr).not.toContain('..')
  expect(stderr).toMatch(/^✗ \S[^✗]*[.?]\n {2}\S[^✗]*\.\n$/)
  expect(code).toBe(2)
  return stderr.replaceAll(/\s+/g, ' ').trim()
}

describe('refuses', () => {
  test('faults that cannot be: kind, service, field', async () => {
    const of = (fault: string) => refusal('sim', '--fault', fault)
    const [kind, service, field] = await Promise.all(
      ['dwon:search@2s', 'down:serch@2s', 'down:search@2s?form=3s'].map(of),
    )
    expect(kind).toMatch(/no fault "dwon"\. Did you mean down or /)
    expect(service).toMatch(/no service or outside party "serch" .* Did you mean search /)
    expect(field).toMatch(/\(down\): there is no field "form" here\. .*\bfrom\b/)
  })

  test('plan files that are missing, broken or hold something else', async () => {
    const of = (path: string) => refusal('sim', '--fault', path)
    const [missing, broken, wrong] = await Promise.all([
      of(join(folder, 'nowhere.json')),
      of(write('broken.json', '{ "faults": ["down:search@2s"')),
      of(write('wrong.json', '{ "faults": ["down:search@2s", "down:nowhere@2s"] }')),
    ])
    expect(missing).toMatch(/There is no plan file .*nowhere\.json\./)
    expect(broken).toMatch(/broken\.json is not JSON/)
    expect(wrong).toMatch(/wrong\.json, fault 2: there is no service or outside party "nowhere"/)
  })

  test('a folder with the name of a plan file, without calling it broken JSON', async () => {
    mkdirSync(join(folder, 'folder.json'))
    expect(await refusal('replay', join(folder, 'folder.json'))).not.toContain('is not JSON')
  })

  test('plans to replay that are none, and numbers that are none', async () => {
    const [plan, number] = await Promise.all([
      refusal('replay', 'nonsense'),
      refusal('sim', '--orders', 'many'),
    ])
    expect(plan).toMatch(/"nonsense" is no plan\./)
    expect(number).toMatch(/--orders should be a whole number .* but is "many"/)
  })

  test('a number of seconds that is none, in words of ours', async () => {
    expect(await refusal('sim', '--hard-limit', 'soon')).toMatch(/--hard-limit should be .* but is "soon"/)
  })

  test('commands and options that do not exist', async () => {
    const [command, option] = await Promise.all([refusal('smi'), refusal('sim', '--sead', '3')])
    expect(command).toMatch(/Unknown command 'smi'\. Did you mean sim\?/)
    expect(option).toMatch(/Unknown option '--sead'\. Did you mean --seed\?/)
  })

  test('an argument too many, in one sentence with one full stop', async () => {
    expect(await refusal('sim', 'extra')).toMatch(/^✗ Too many arguments for 'sim'/)
  })

  test('a site that the run never came by', async () => {
    expect(await refusal('sim', '--fault', 'crash:inventory/comit order-1/OrderPlaced')).toMatch(
      /never came by the site inventory\/comit order-1\/OrderPlaced\. .*inventory\/commit order-1\/OrderPlaced#1/,
    )
  })

  test('a diagram of an order that there is not', async () => {
    const diagram = join(folder, 'none.mmd')
    expect(await refusal('sim', '--orders', '2', '--order', 'order-99', '--diagram', diagram)).toContain(
      'order-99',
    )
  })

  test('a trace that cannot be written', async () => {
    expect(await refusal('sim', '--trace', join(folder, 'nowhere/out.ndjson'))).toMatch(
      /nowhere\/out\.ndjson cannot be written/,
    )
  })

  test('data folders that are missing or wrong', async () => {
    expect(await refusal('sim', '--data', join(folder, 'nowhere'))).toMatch(
      /There is no folder .*nowhere\. Give --data/,
    )
    const broken = northwind({
      'order-details.csv': 'orderID,productID,unitPrice,quantity,discount\n10248,1,18.00,two,0\n',
    })
    expect(await refusal('sim', '--data', broken)).toMatch(
      /order-details\.csv, line 2: quantity should be a whole number from 0, but is "two"\./,
    )
  })
})

/** A small data folder in the Northwind layout, with the given files in place of its own. */
function northwind(files: Record<string, string>): string {
  const path = mkdtempSync(join(folder, 'data-'))
  const all = {
    'products.csv': [
      'productID,productName,supplierID,categoryID,quantityPerUnit,unitPrice,unitsInStock,unitsOnOrder,reorderLevel,discontinued',
      '1,Chai,1,1,10 boxes x 20 bags,18.00,39,0,10,0',
      '2,Chang,1,1,24 - 12 oz bottles,10.10,17,40,25,0',
    ].join('\n'),
    'orders.csv': [
      'orderID,customerID,employeeID,orderDate',
      '10248,VINET,5,1996-07-04 00:00:00.000',
      '10249,TOMSP,6,1996-07-05 00:00:00.000',
      '10250,HANAR,4,1996-07-08 00:00:00.000',
    ].join('\n'),
    'order-details.csv': [
      'orderID,productID,unitPrice,quantity,discount',
      '10248,1,18.00,2,0.0',
      '10248,2,10.10,1,0.05',
      '10249,2,0.70,3,0.15',
      '10250,1,18.00,10,0.0',
    ].join('\n'),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(path, name), text)
  return path
}
