import type { KafkaMessage } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { CONSUMERS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { createClientFaults, parseClientFaults } from './client-faults.ts'

const parse = (...texts: string[]) => parseClientFaults(texts, SHOP_TARGETS, CONSUMERS)

function refusal(text: string): WorkbenchError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof WorkbenchError) return error
  }
  throw new Error(`${text} was not refused`)
}

const delivery = (key: string, type = 'OrderPlaced') => ({
  topic: 'order.events',
  partition: 0,
  message: {
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify({ type, data: {} })),
    offset: '0',
  } as KafkaMessage,
})
const [order1, order2] = [delivery('order-1'), delivery('order-2')]

/** The faults of inventory, and how often it was killed. */
function play(...texts: string[]) {
  const played = { kills: 0 }
  const faults = createClientFaults('inventory', parse(...texts), Date.now(), () => played.kills++)
  return Object.assign(played, faults)
}

describe('what is planned', () => {
  test('is what a process can play at its own end', () => {
    const texts = [
      'slow:inventory@0s+30s?by=2s',
      'error:inventory/deliver order-1/OrderPlaced?times=4',
      'poison:search/deliver tea/ProductListed',
      'crash:payments/handled order-1/OrderPlaced#2',
    ]
    expect(parse(...texts).map(({ kind }) => kind)).toEqual(['slow', 'error', 'poison', 'crash'])
  })

  test('is refused when only a simulation can play it, with what can be had', () => {
    const texts = [
      'broker-down@1s+2s',
      'down:search@1s+2s',
      'duplicate:inventory=0.2',
      'error:inventory=0.5',
      'crash:inventory@3s',
      'crash:inventory/commit order-1/OrderPlaced',
      'error:orders/commit place-order-1',
      'crash:inventory/deliver order-1/OrderPlaced',
    ]
    for (const text of texts) {
      const { code, message, next } = refusal(text)
      expect([code, message]).toEqual([
        'not-on-a-broker',
        `${text} cannot be played against a real broker in real time.`,
      ])
      expect(next).toContain('npm run sim')
    }
  })

  test('is refused when nobody would notice it', () => {
    const texts = [
      'slow:psp@0s+1s',
      'slow:gateway@0s+1s',
      'error:relay/deliver order-1/OrderPlaced',
      'poison:invetory/deliver x/Y',
    ]
    for (const text of texts) expect(refusal(text).code).toBe('not-on-a-broker')
    expect(refusal('poison:invetory/deliver x/Y').next).toContain('The nearest is inventory')
  })

  test('is refused when it is no fault, as everywhere', () => {
    expect(refusal('explode:inventory').code).toBe('bad-plan')
    expect(refusal('!').code).toBe('bad-fault')
  })
})

describe('an error', () => {
  test('takes the handler’s place so many times, at that message only', async () => {
    const faults = play('error:inventory/deliver order-1/OrderPlaced?times=2')
    expect(await faults.beforeHandling(order2)).toBe(order2.message)
    await expect(faults.beforeHandling(order1)).rejects.toThrow('a planned error at order-1/OrderPlaced')
    await expect(faults.beforeHandling(order1)).rejects.toThrow('a planned error')
    expect(await faults.beforeHandling(order1)).toBe(order1.message)
  })

  test('waits for the delivery it is planned at', async () => {
    const faults = play('error:inventory/deliver order-1/OrderPlaced#2')
    expect(await faults.beforeHandling(order1)).toBe(order1.message)
    await expect(faults.beforeHandling(order1)).rejects.toThrow('a planned error')
    expect(await faults.beforeHandling(order1)).toBe(order1.message)
  })

  test('does not strike another service', async () => {
    const faults = play('error:search/deliver order-1/OrderPlaced')
    expect(await faults.beforeHandling(order1)).toBe(order1.message)
  })
})

test('poison is there at every delivery until it is healed, and the message itself stays whole', async () => {
  const faults = play('poison:inventory/deliver order-1/OrderPlaced')
  for (let times = 0; times < 20; times++) {
    const { value, key } = await faults.beforeHandling(order1)
    expect(() => JSON.parse(String(value))).toThrow()
    expect(key).toBe(order1.message.key)
  }
  expect(JSON.parse(String(order1.message.value))).toEqual({ type: 'OrderPlaced', data: {} })
  faults.heal()
  expect(await faults.beforeHandling(order1)).toBe(order1.message)
})

test('a crash kills once the handler is through, at that message only, and not again', () => {
  const faults = play('crash:inventory/handled order-1/OrderPlaced')
  faults.afterHandling(order2)
  expect(faults.kills).toBe(0)
  faults.afterHandling(order1)
  faults.afterHandling(order1)
  expect(faults.kills).toBe(1)
})

describe('a slow service', () => {
  const took = async (action: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await action()
    return performance.now() - startedAt
  }
  const faultsFrom = (text: string, sinceMs: number) =>
    createClientFaults('inventory', parse(text), Date.now() - sinceMs)

  test('waits before every message while its window is open', async () => {
    const text = 'slow:inventory@10s+20s?by=50ms'
    expect(await took(() => faultsFrom(text, 9_000).beforeHandling(order1))).toBeLessThan(45)
    expect(await took(() => faultsFrom(text, 10_000).beforeHandling(order1))).toBeGreaterThan(45)
    expect(await took(() => faultsFrom(text, 30_000).beforeHandling(order1))).toBeLessThan(45)
  })

  test('is slow until it is healed when no end is given', async () => {
    const faults = faultsFrom('slow:inventory?by=50ms', 3_600_000)
    expect(await took(() => faults.beforeHandling(order1))).toBeGreaterThan(45)
    faults.heal()
    expect(await took(() => faults.beforeHandling(order1))).toBeLessThan(45)
  })
})
