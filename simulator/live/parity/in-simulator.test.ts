import { describe, expect, test } from 'vitest'
import { TOO_MANY } from '#simulator/shop/catalogue.ts'
import { compare, type Flow } from './compare.ts'
import { generateActs } from './generated-acts.ts'
import { runInSimulator } from './in-simulator.ts'
import type { Side } from './parity.ts'
import { type Conductor, PHASES, type Phase, runPhases, toPlan } from './phases.ts'

const ORDERS = 24
const generated = generateActs(ORDERS, 1)
/** By flow and seed: the same run every time, so once is enough. */
const runs = new Map<string, Promise<Side>>()
function run(flow: Flow, seed: number): Promise<Side> {
  const name = `${flow} ${seed}`
  const side = runs.get(name) ?? runInSimulator(flow, { ...generated, seed })
  runs.set(name, side)
  return side
}
const differing = async (flow: Flow, comparedAs: Flow) => {
  const [left, right] = [await run(flow, 1), await run(flow, 2)]
  return compare(left.snapshot, right.snapshot, comparedAs).filter(
    ({ differences }) => differences.length > 0,
  )
}

describe('the outcome does not depend on latencies', () => {
  test('in phases: every message is at the same offset', async () => {
    expect(await differing('phased', 'phased')).toEqual([])
  })

  test('in the natural flow: what is compared of it is the same', async () => {
    expect(await differing('natural', 'natural')).toEqual([])
  })

  test('but without phases the order of messages does: they are what makes it comparable', async () => {
    const differences = await differing('natural', 'phased')
    expect(differences.map(({ what }) => what)).toContain('order in order.events/0')
  })
})

test('a run in phases goes through every branch of the flow', async () => {
  const { snapshot, violations } = await run('phased', 1)
  expect(violations).toEqual([])
  const types = new Set([...snapshot.log.values()].flat().map(({ type }) => type))
  expect([...types].sort()).toEqual([
    'GoodsReceived',
    'OrderCancelled',
    'OrderConfirmed',
    'OrderPaid',
    'OrderPlaced',
    'OrderShipped',
    'OrderStockReserved',
    'PaymentAuthorized',
    'PaymentDeclined',
    'PaymentRefunded',
    'ProductChanged',
    'ProductListed',
    'StockRejected',
    'StockReleased',
    'StockReserved',
  ])
  expect(snapshot.numbers.get('orders.accepted')).toBe(ORDERS)
  expect(snapshot.numbers.get('orders.open')).toBe(0)
})

test('of what it says no id and no time is left, and every cause is a command or a place in the log', async () => {
  const { snapshot } = await run('phased', 1)
  const messages = [...snapshot.log.values()].flat()
  expect(messages.length).toBeGreaterThan(5 * ORDERS)
  // Only the warehouse's answers do not say what they follow from: exercise 12 does not ask for it.
  expect(messages.filter(({ cause }) => cause === 'an unnamed cause').length).toBe(
    [...snapshot.log].flatMap(([place, all]) => (place.startsWith('reservation.events/') ? all : [])).length,
  )
  for (const { cause, content } of messages) {
    expect(cause).toMatch(/^(an unnamed cause|(list|change|place|cancel|ship)-[\w-]+|[\w.]+\/\d@\d+)$/)
    expect(content).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|\d\d:\d\d:\d\d|[0-9a-f]{32}/)
  }
})

describe('generated orders', () => {
  const { data } = generateActs(600, 7)

  test('leave nothing to whoever is quicker: stock suffices for all but those that want more than there ever is', () => {
    const stock = new Map(data.products.map(({ productId, openingStock }) => [productId, openingStock]))
    const wanted = new Map<string, number>()
    for (const { customerId, lines } of data.orders) {
      const isTooMuch = lines.some(({ quantity }) => quantity === TOO_MANY)
      if (isTooMuch) expect(customerId).not.toMatch(/^declined-/)
      for (const { productId, quantity } of lines)
        if (quantity === TOO_MANY) expect(stock.get(productId)).toBeLessThan(TOO_MANY)
        else wanted.set(productId, (wanted.get(productId) ?? 0) + quantity)
    }
    expect(wanted.has('saffron')).toBe(false)
    for (const [productId, units] of wanted) expect(units).toBeLessThanOrEqual(stock.get(productId)!)
  })

  test('are the same for the same seed, and others for another', () => {
    expect(generateActs(20, 3)).toEqual(generateActs(20, 3))
    expect(generateActs(20, 3)).not.toEqual(generateActs(20, 4))
  })
})

describe('the phases', () => {
  test('are windows of a plan in which the same services are down', () => {
    const plan = toPlan(1_000)
    const downAt = (ms: number) =>
      plan.flatMap(({ service, from = 0, for: length = 0 }) =>
        ms >= from && ms < from + length ? [service] : [],
      )
    for (const [index, { down }] of PHASES.entries())
      expect(downAt(index * 1_000 + 500).sort()).toEqual([...down].sort())
  })

  test('follow each other only when everything is at rest', async () => {
    const told: string[] = []
    const conductor: Conductor = {
      begin: async (phase: Phase, before?: Phase) => void told.push(`${before?.name ?? '-'} > ${phase.name}`),
      rest: async phase => void told.push(`rest ${phase.name}`),
    }
    await runPhases(conductor, async ({ name }) => void told.push(`act ${name}`))
    expect(told.slice(0, 4)).toEqual(['- > products', 'act products', 'rest products', 'products > orders'])
    expect(told.at(-1)).toBe('rest changes')
    expect(told).toHaveLength(3 * PHASES.length)
  })
})

test('an act that the shop refuses ends the run with the reason', async () => {
  const acts = { ...generated.acts, orders: [{ kind: 'ship', orderId: 'order-99' } as const] }
  await expect(runInSimulator('phased', { ...generated, acts, seed: 1 })).rejects.toMatchObject({
    message: expect.stringContaining('ship-order-99'),
  })
})
