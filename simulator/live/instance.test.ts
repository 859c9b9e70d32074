import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import type { WebApp } from '#simulator/service.ts'
import { createPaymentProvider } from '#simulator/shop/parties.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { chooseInstances, instancesOf } from './instance.ts'

const service = async () => {}
const scenario: Pick<Scenario, 'services' | 'parties'> = {
  parties: { psp: createPaymentProvider },
  services: [
    { name: 'orders', service },
    { name: 'relay', service, database: 'orders' },
    { name: 'inventory', service },
  ],
}
const all = instancesOf(scenario as Scenario)
const chosen = (...names: string[]) => chooseInstances(all, names)

function refusal(...names: string[]): WorkbenchError {
  try {
    chosen(...names)
  } catch (error) {
    if (error instanceof WorkbenchError) return error
  }
  throw new Error('nothing was refused')
}

test('all are chosen when none is named, outside parties first: services ask them', () => {
  expect(chosen().map(({ name }) => name)).toEqual(['psp', 'orders', 'relay', 'inventory'])
  expect(chosen('relay')).toMatchObject([{ name: 'relay', service: 'relay', database: 'orders' }])
})

test('a second instance has a name of its own, and shares service and database', () => {
  expect(chosen('inventory-2', 'relay-9')).toMatchObject([
    { name: 'inventory-2', service: 'inventory', database: 'inventory' },
    { name: 'relay-9', service: 'relay', database: 'orders' },
  ])
})

test('a name that is no instance is refused with the nearest', () => {
  expect(refusal('inventry')).toMatchObject({
    code: 'unknown-service',
    message: 'There is no service inventry.',
  })
  expect(refusal('inventry').next).toContain('The nearest is inventory; all of them: psp, orders')
  for (const name of ['inventory-1', 'inventory-10', 'inventory-', '-2', '', 'toString'])
    expect(refusal(name).code).toBe('unknown-service')
})

test('a name given twice is refused, and told how a second instance is called', () => {
  expect(refusal('orders', 'relay', 'orders')).toMatchObject({ code: 'repeated-service' })
  expect(refusal('orders', 'orders').next).toContain('orders-2')
})

test('of an outside party there is one', () => {
  expect(refusal('psp-2')).toMatchObject({ code: 'outside-party' })
  expect(refusal('psp-2').next).not.toContain('psp')
})

test('an outside party is a service whose memory is its database', async () => {
  const db = new BetterSqlite3(':memory:')
  const charge = async () => {
    let app: WebApp | undefined
    const listen = (it: WebApp) => {
      app = it
    }
    await chosen('psp')[0]!.run({ name: 'psp', db, kafka: undefined as never, listen })
    return app!.fetch(
      new Request('http://psp/charges', {
        method: 'POST',
        headers: { 'idempotency-key': 'charge-order-1' },
        body: JSON.stringify({ orderId: 'order-1', customerId: 'c', amountCents: 100 }),
      }),
    )
  }
  expect((await charge()).status).toBe(201)
  expect((await charge()).status).toBe(201)
  expect(db.prepare('SELECT count(*) FROM ledger').pluck().get()).toBe(1)
})
