import { describe, expect, test } from 'vitest'
import type { Plan } from '#simulator/faults/plan.ts'
import type { Scenario, ServiceEntry } from '#simulator/scenario/scenario.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import type { Host, Service } from '#simulator/service.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { createShop } from './shop.ts'

const plan = (...faults: Fault[]): Plan => ({ seed: 1, faults })

test('without faults every guarantee holds and every branch of the flow occurs', async () => {
  const run = await simulate(createShop(), plan())
  expect(run.violations).toEqual([])
  expect(run.trouble).toBeUndefined()
})

test('the same plan makes the same trace', async () => {
  const faults: Fault[] = [{ kind: 'crash', service: 'inventory', rate: 0.05, when: 'after' }]
  const first = await simulate(createShop({ orders: 6 }), plan(...faults))
  const second = await simulate(createShop({ orders: 6 }), plan(...faults))
  expect(second.traceHash).toBe(first.traceHash)
})

describe('every guarantee holds although', () => {
  const plans: [string, Fault[]][] = [
    ['a consumer is down', [{ kind: 'down', service: 'inventory', from: 1_000, for: 30_000 }]],
    [
      'the payment provider works and does not answer',
      [{ kind: 'timeout-after', service: 'psp', from: 1_000, for: 30_000 }],
    ],
    [
      'the payment provider refuses',
      [{ kind: 'failing', service: 'psp', from: 1_000, for: 30_000, status: 400 }],
    ],
    ['the broker is down', [{ kind: 'broker-down', service: 'kafka', from: 2_000, for: 30_000 }]],
    ['two relays run', [{ kind: 'second-instance', service: 'relay', from: 0 }]],
    [
      'orders writes a new version of its events',
      [{ kind: 'schema-change', service: 'orders', from: 2_000 }],
    ],
    [
      'messages come twice at the same time',
      [{ kind: 'duplicate', service: 'payments', rate: 0.5, when: 'concurrently' }],
    ],
    [
      'the relay crashes after sending',
      [{ kind: 'crash', at: 'relay/send order-3/OrderPlaced', when: 'after' }],
    ],
    [
      'inventory crashes before it commits',
      [{ kind: 'crash', at: 'inventory/commit order-3/OrderPlaced', when: 'before' }],
    ],
    ['the orders database is busy', [{ kind: 'database-busy', service: 'orders', from: 1_000, for: 10_000 }]],
  ]
  test.each(plans)('%s', async (_, faults) => {
    const run = await simulate(createShop(), plan(...faults))
    expect(run.violations).toEqual([])
    expect(run.trouble).toBeUndefined()
  })
})

describe('a wrong service is found out', () => {
  /** A consumer that forgets which events it has handled, as if every one were new. */
  const forgetful =
    (service: Service, table: string): Service =>
    host =>
      service({ ...host, db: forgetting(host, table) })

  test('inventory without its inbox counts sales twice', async () => {
    const shop = replace(createShop(), 'inventory', service => forgetful(service, 'inbox'))
    const run = await simulate(
      shop,
      plan({ kind: 'duplicate', at: 'inventory/deliver order-1/OrderConfirmed', when: 'at-once' }),
    )
    expect(run.violations).toContainEqual(
      expect.objectContaining({ guarantee: 'weekly-sales', outcome: 'doubled' }),
    )
  })

  test('a mail service that is never started leaves mails unsent', async () => {
    const shop = replace(createShop(), 'notifications', () => async () => {})
    const run = await simulate(shop, plan())
    expect(run.violations).toContainEqual(
      expect.objectContaining({ guarantee: 'mailed-when-paid', outcome: 'lost' }),
    )
  })

  test('a relay that never runs loses accepted orders', async () => {
    const shop = replace(createShop(), 'relay', () => async () => {})
    const run = await simulate(shop, plan())
    const broken = new Set(run.violations.map(({ guarantee, outcome }) => `${guarantee} ${outcome}`))
    expect(broken).toContain('accepted-orders-kept lost')
    expect(broken).toContain('published-as-recorded lost')
    expect(broken).toContain('some-confirmed stuck')
  })

  test('payments that are never begun leave orders stuck', async () => {
    const shop = replace(createShop(), 'payments', () => async () => {})
    const run = await simulate(shop, plan())
    expect(run.violations).toContainEqual(
      expect.objectContaining({ guarantee: 'orders-finished', outcome: 'stuck' }),
    )
  })
})

function replace(shop: Scenario, name: string, change: (service: Service) => Service): Scenario {
  const services = shop.services.map(
    (entry): ServiceEntry => (entry.name === name ? { ...entry, service: change(entry.service) } : entry),
  )
  return { ...shop, services }
}

/** The database with a table whose inserts are always new. */
function forgetting({ db }: Host, table: string): Host['db'] {
  return new Proxy(db, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target)
      if (property !== 'prepare') return typeof value === 'function' ? value.bind(target) : value
      return (sql: string) =>
        sql.includes(`INTO ${table} `)
          ? target.prepare(sql.replace('INSERT', 'INSERT OR REPLACE').replace('ON CONFLICT DO NOTHING', ''))
          : target.prepare(sql)
    },
  })
}
