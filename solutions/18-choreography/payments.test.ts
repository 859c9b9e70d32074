import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFakeHost, type FakeHost } from '#simulator/shop/fake-host.ts'
import { createPaymentProvider } from '#simulator/shop/parties.ts'
import { createEvent } from '#work/02-event-envelope/envelope.ts'
import { payments } from './payments.ts'

let fake: FakeHost
let psp: ReturnType<typeof createPaymentProvider>
/** What the next calls get instead of the provider's answer; it works nevertheless when `after` is set. */
let failures: { status?: number; after?: boolean }[]

beforeEach(async () => {
  vi.useFakeTimers()
  fake = createFakeHost('payments')
  psp = createPaymentProvider()
  failures = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const failure = failures.shift()
    const answer =
      failure === undefined || failure.after ? await psp.fetch(new Request(url, init)) : undefined
    if (failure === undefined) return answer
    if (failure.status === undefined) throw new DOMException('timed out', 'TimeoutError')
    return new Response('{}', { status: failure.status })
  })
  await payments(fake.host)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const event = (type: string, data: object) =>
  createEvent(type, { orderId: 'order-1', ...data }, { id: 'c', trace_id: 't', correlation_id: 'order-1' })
const placed = (customerId = 'ada') => event('OrderPlaced', { customer: { id: customerId }, totalCents: 500 })
const deliver = (value: ReturnType<typeof event>) =>
  fake.deliver('order.events', { value: { ...value, version: 3 } })
const published = () =>
  (fake.db.prepare('SELECT type FROM outbox ORDER BY position').all() as { type: string }[]).map(
    row => row.type,
  )
const actions = () => psp.ledger.map(entry => entry.action)

test('an order is charged once however often and wherever it is delivered', async () => {
  const order = placed()
  await Promise.all([deliver(order), deliver(order)])
  await deliver(order)
  expect(actions()).toEqual(['charge'])
  expect(published()).toEqual(['PaymentAuthorized'])
})

test('a declined card is a fact, not an error', async () => {
  await deliver(placed('declined-dorian'))
  expect(published()).toEqual(['PaymentDeclined'])
})

test('a charge that was done but not answered is found out by asking again', async () => {
  failures = [{ after: true }]
  await expect(deliver(placed())).rejects.toThrow('does not answer')
  expect(published()).toEqual([])
  await deliver(placed())
  expect([actions(), published()]).toEqual([['charge'], ['PaymentAuthorized']])
})

test('a refusal after an unanswered attempt is not believed without asking', async () => {
  failures = [{ after: true }, { status: 402 }]
  await expect(deliver(placed())).rejects.toThrow()
  await deliver(placed())
  expect(published()).toEqual(['PaymentAuthorized'])
})

test('a cancelled order is paid back once', async () => {
  await deliver(placed())
  failures = [{ after: true }]
  const cancelled = event('OrderCancelled', {})
  await expect(deliver(cancelled)).rejects.toThrow()
  await deliver(cancelled)
  await deliver(cancelled)
  expect(actions()).toEqual(['charge', 'refund'])
  expect(published()).toEqual(['PaymentAuthorized', 'PaymentRefunded'])
})

test('an order that was cancelled before it came is never charged', async () => {
  await deliver(event('OrderCancelled', {}))
  await deliver(placed())
  expect([actions(), published()]).toEqual([[], []])
})

test('a cancellation waits while a charge is under way elsewhere', async () => {
  failures = [{}]
  await expect(deliver(placed())).rejects.toThrow()
  await expect(deliver(event('OrderCancelled', {}))).rejects.toThrow('still under way')
})

test('a provider that is busy or down is asked again, one that refuses is not', async () => {
  for (const status of [500, 503, 429, 408]) {
    failures = [{ status }]
    const failed = expect(deliver(placed())).rejects.toThrow(String(status))
    await vi.advanceTimersByTimeAsync(20_000)
    await failed
  }
  expect(fake.sent.filter(({ topic }) => topic === 'dead.payments')).toEqual([])
  failures = [{ status: 400 }]
  await deliver(placed())
  expect(fake.sent.filter(({ topic }) => topic === 'dead.payments')).toHaveLength(1)
})
