import { describe, expect, test } from 'vitest'
import { parseFault } from '#simulator/faults/plan.ts'
import { renderLadder } from '#simulator/trace/render-ladder.ts'
import check from '../../exercises/12-idempotent-consumer/check.ts'
import { inventory } from '../../exercises/12-idempotent-consumer/starter/inventory.ts'
import { type Explanation, explain } from './explain.ts'

const TARGETS = { services: ['inventory'], parties: [], topics: ['sales.events'] }

function explainStarter(guarantee: string, ...faults: string[]): Promise<Explanation> {
  const plan = { seed: 1, faults: faults.map(text => parseFault(text, 'a test', TARGETS)) }
  return explain(check, () => ({ inventory }), { plan, guarantee })
}

const DUPLICATE = 'duplicate:inventory/deliver order-1/OrderPlaced?when=at-once'
const CRASH = 'crash:inventory/insert stock order-1/OrderPlaced?when=after'

describe('a duplicate that is counted twice', () => {
  test('is explained by its plan, what came of it, its twin and the place where they part', async () => {
    const explanation = await explainStarter('weekly-sales-are-right', DUPLICATE)
    expect(explanation.planSentence).toBe(
      'The message OrderPlaced of order-1 is delivered to inventory twice, at once.',
    )
    expect(explanation.shortForms).toEqual(['duplicate:inventory/deliver order-1/OrderPlaced'])
    expect(explanation.happened.map(({ message }) => message)).toEqual([
      'sales of chai in 2026-W02 is 7 instead of 5: order-1 was counted 2 times',
    ])
    expect(explanation.alsoBroken.map(({ guarantee }) => guarantee)).toEqual(['stock-is-right'])
    expect(explanation.twin).toMatchObject({ plan: { faults: [] }, holds: true, broken: [] })
    expect(explanation.firstDifference?.sentence).toMatch(
      /^At 0\.\d+ s inventory gets OrderPlaced of order-1 again; without the fault, inventory commits offset 1 of sales\.events/,
    )
    expect(explanation.mermaid).toMatch(/^sequenceDiagram\n/)
    expect(explanation.errors).toEqual([])
  })

  test('is seen on the ladder, where only what concerns the order is shown', async () => {
    const { ladder } = await explainStarter('weekly-sales-are-right', DUPLICATE)
    const text = renderLadder(ladder, { width: 110 }).map(line => line.text)
    const parting = text.findIndex(line => line.includes('here the runs part'))
    expect(text.slice(parting + 1, parting + 4).map(line => line.split('┃')[0]!.trim())).toEqual([
      expect.stringContaining('↻ OrderPlaced'),
      expect.stringContaining('+ stock'),
      expect.stringContaining('+ weekly_sales'),
    ])
    expect(text.join('\n')).not.toMatch(/order-2|GoodsReceived/)
    expect(Math.max(...text.map(line => line.length))).toBeLessThanOrEqual(110)
  })
})

test('an explanation is plain data, and the same for the same request', async () => {
  const once = await explainStarter('stock-is-right', CRASH)
  expect(JSON.parse(JSON.stringify(once))).toEqual(once)
  expect(JSON.stringify(await explainStarter('stock-is-right', CRASH))).toBe(JSON.stringify(once))
})

test('of two faults the twin lacks the one that is to blame', async () => {
  const harmless = 'hold:inventory/send order-2/StockReserved?by=1s'
  const { twin, ladder } = await explainStarter('stock-is-right', CRASH, harmless)
  expect(twin?.shortForms).toEqual(['hold:inventory/send order-2/StockReserved?by=1s'])
  expect(twin?.without).toMatch(/^inventory crashes right after `insert stock`/)
  expect(ladder.right?.title).toBe('without the crash')
})

test('a guarantee that is broken by either of two faults has a twin without any', async () => {
  const { twin, ladder } = await explainStarter(
    'stock-is-right',
    CRASH,
    DUPLICATE.replace('order-1', 'order-2'),
  )
  expect(twin?.plan.faults).toEqual([])
  expect(ladder.right?.title).toBe('without any of them')
})

test('without a fault there is no twin, and what the program threw is what matters', async () => {
  const broken = () => ({
    inventory: async () => {
      throw new Error('not today')
    },
  })
  const explanation = await explain(check, broken, {
    plan: { seed: 1, faults: [] },
    guarantee: 'stock-is-right',
  })
  expect(explanation.planSentence).toBe('Nothing goes wrong at all: this is the run without a fault.')
  expect(explanation.twin).toBeUndefined()
  expect(explanation.ladder.right).toBeUndefined()
  expect(explanation.errors[0]?.sentence).toMatch(
    /^inventory threw when it started, \d+ times: Error: not today\.$/,
  )
  expect(explanation.errors[0]?.at).toBeUndefined()
  expect(explanation.note).toContain('not started any more')
  // There is no table to look into, so nothing could be judged.
  expect(explanation.trouble?.code).toBe('missing-table')
})

test('a plan that breaks nothing is shown as one that holds', async () => {
  const explanation = await explainStarter(
    'stock-is-right',
    'hold:inventory/deliver order-1/OrderPlaced?by=1s',
  )
  expect(explanation.happened).toEqual([])
  expect(explanation.ladder.left.holds).toBe(true)
})
