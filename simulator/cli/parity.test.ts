import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compare } from '#simulator/live/parity/compare.ts'
import { generateActs } from '#simulator/live/parity/generated-acts.ts'
import type { Parity, Side } from '#simulator/live/parity/parity.ts'
import type { LoggedMessage, Snapshot } from '#simulator/live/parity/snapshot.ts'
import { formatConclusion, formatIntroduction, formatParity, toJson } from './parity-report.ts'

const WIDTH = 100

function snapshot(changes: { type?: string; units?: number } = {}): Snapshot {
  const { type = 'OrderPaid', units = 51_317 } = changes
  const message = (offset: number, type: string): LoggedMessage => ({
    offset,
    key: 'order-1',
    type,
    content: JSON.stringify({ version: 1, data: { orderId: 'order-1', lines: 'x'.repeat(300) } }),
    cause: 'place-order-1',
  })
  return {
    log: new Map([
      ['order.events/0', [message(0, 'OrderPlaced'), message(1, type)]],
      ['dead.orders/0', []],
    ]),
    rows: new Map([['stock', new Map([['chai', '7']])]]),
    numbers: new Map([
      ['orders.accepted', 830],
      ['sales.revenueCents', 126_579_329],
      ['sales.units', units],
    ]),
  }
}

function parity(right: Snapshot, violations: Side['violations'] = []): Parity {
  const left = snapshot()
  const comparisons = compare(left, right, 'phased')
  return {
    flow: 'phased',
    sides: [
      { title: 'the simulator', snapshot: left, violations: [], tookMs: 1_200, virtualMs: 300_000 },
      { title: 'the broker', snapshot: right, violations, tookMs: 30_000 },
    ],
    comparisons,
    holds: violations.length === 0 && comparisons.every(({ differences }) => differences.length === 0),
  }
}

describe('the report', () => {
  test('of two sides that are the same says what was compared, how much of it, and what came out', () => {
    const same = parity(snapshot())
    const text = formatParity(same, WIDTH)
    expect(text).toMatch(/✓ order in order\.events\/0 +2 messages +the same/)
    expect(text).toMatch(/✓ order in 1 other +no messages +the same/)
    expect(text).toMatch(/✓ guarantees, the broker +hold/)
    expect(text).toContain('the simulator: 1.2 s for 5.0 min of virtual time; the broker: 30.0 s')
    expect(text).not.toContain('✗')
    expect(formatConclusion([same], 31_000, WIDTH)).toContain(
      '✓ Nothing differs. Both ended with 830 orders, a revenue of 1,265,793.29 and 51,317 units sold.',
    )
  })

  test('of a difference shows both sides from just before it, within the width', () => {
    const different = parity(snapshot({ type: 'OrderStockReserved', units: 51_318 }))
    const text = formatParity(different, WIDTH)
    expect(text).toMatch(/✗ order in order\.events\/0 +2 messages +differ\n +offset 1\n/)
    expect(text).toMatch(/ the simulator {2}@1 order-1 OrderPaid /)
    expect(text).toMatch(/ the broker {5}@1 order-1 OrderStockReserved /)
    expect(text).toMatch(/✗ numbers +3 numbers +differ\n +sales\.units\n.*51317\n.*51318/)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(WIDTH)
    expect(formatConclusion([different], 31_000, WIDTH)).toContain('✗ They differ, see above.')
  })

  test('of a guarantee that breaks says which, though nothing differs', () => {
    const broken = parity(snapshot(), [
      { guarantee: 'charged', promise: '', outcome: 'doubled', message: 'order-7 was charged 2 times' },
    ])
    expect(formatParity(broken, WIDTH)).toMatch(
      /✗ guarantees, the broker +1 violation\n +charged: order-7 was charged 2 times/,
    )
    expect(toJson('northwind', { ...generateActs(3, 1), seed: 1 }, [broken], 1).holds).toBe(false)
  })

  test('begins with the data, and what the client does besides ordering', () => {
    const task = { ...generateActs(24, 5), seed: 5 }
    expect(formatIntroduction('generated', task, 'Apache Kafka 4.1.1 at 127.0.0.1:9092', WIDTH)).toMatch(
      /Data +generated: 24 orders, 9 products; cancellations, shipments, changed prices: \d+/,
    )
  })
})

describe('parity refuses', () => {
  test.each([
    ['--data with --orders', ['--data', 'x', '--orders', '5'], '--orders and --data exclude each other.'],
    ['too many orders', ['--orders', '2001'], '--orders should be a whole number from 1 to 2000'],
    ['a folder that is not there', ['--data', '/does/not/exist'], 'There is no folder /does/not/exist.'],
    ['an address that is none', ['--broker', 'nowhere'], 'nowhere is no address of a broker.'],
  ])('%s, before it starts anything', async (_, options, sentence) => {
    const { code, stdout, stderr } = await run('parity', ...options)
    expect(stderr).toContain(sentence)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--import', 'tsx', '-C', 'solutions', 'simulator/cli/main.ts', ...args],
      { cwd: join(import.meta.dirname, '../..'), env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}
