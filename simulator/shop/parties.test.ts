import { expect, test } from 'vitest'
import { createMailProvider, createPaymentProvider } from './parties.ts'

function call(party: ReturnType<typeof createPaymentProvider>, path: string, body: unknown, key?: string) {
  return party.fetch(
    new Request(`http://party${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: key === undefined ? {} : { 'idempotency-key': key },
    }),
  )
}
const charge = { orderId: 'order-1', customerId: 'ada', amountCents: 100 }

test('a charge happens once for each key, also for requests at the same time', async () => {
  const psp = createPaymentProvider()
  const answers = await Promise.all([1, 2, 3].map(() => call(psp, '/charges', charge, 'charge-order-1')))
  expect(answers.map(answer => answer.status)).toEqual([201, 201, 201])
  expect(psp.ledger).toEqual([
    { action: 'charge', key: 'charge-order-1', orderId: 'order-1', amountCents: 100 },
  ])
})

test('one can ask what became of a charge', async () => {
  const psp = createPaymentProvider()
  const ask = () => psp.fetch(new Request('http://psp/charges/charge-order-1'))
  expect((await ask()).status).toBe(404)
  await call(psp, '/charges', charge, 'charge-order-1')
  expect((await ask()).status).toBe(201)
})

test('declined customers are not charged, and nobody is refunded who was not charged', async () => {
  const psp = createPaymentProvider()
  expect((await call(psp, '/charges', { ...charge, customerId: 'declined-dorian' }, 'a')).status).toBe(402)
  expect((await call(psp, '/refunds', charge, 'b')).status).toBe(404)
  expect(psp.ledger).toEqual([])
  await call(psp, '/charges', charge, 'c')
  expect((await call(psp, '/refunds', charge, 'b')).status).toBe(201)
})

test('what is no request is refused', async () => {
  for (const party of [createPaymentProvider(), createMailProvider()]) {
    for (const path of ['/charges', '/messages', '/elsewhere'])
      for (const body of ['{', '{}', 'null'])
        expect((await call(party, path, body, 'k')).status).toBeGreaterThanOrEqual(400)
    expect((await call(party, '/charges', charge)).status).toBe(400)
    expect(party.ledger).toEqual([])
  }
})
