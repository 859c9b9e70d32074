import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFakeHost, type FakeHost } from './fake-host.ts'
import { gateway } from './gateway.ts'

let fake: FakeHost
const service = vi.fn<typeof fetch>()
beforeEach(async () => {
  service.mockReset().mockImplementation(async () => Response.json({ orderId: 'order-1' }))
  vi.stubGlobal('fetch', service)
  fake = createFakeHost('gateway')
  await gateway(fake.host)
})
afterEach(() => vi.unstubAllGlobals())

test('passes a command on as it came, byte for byte', async () => {
  await fake.request('POST', '/orders?a=b', '{"name":"\u00e9"}', {
    'idempotency-key': 'k',
    'content-type': 'text/x',
  })
  const [url, init] = service.mock.calls[0]!
  expect(url).toBe('http://orders/orders?a=b')
  expect(init).toMatchObject({
    method: 'POST',
    headers: { 'idempotency-key': 'k', 'content-type': 'text/x' },
  })
  expect(new TextDecoder().decode(init?.body as ArrayBuffer)).toBe('{"name":"\u00e9"}')
})

test('answers HEAD as GET, without the body', async () => {
  const response = await fake.request('HEAD', '/orders/order-1')
  expect([response.status, await response.text()]).toEqual([200, ''])
  expect(service.mock.calls[0]?.[1]).toMatchObject({ method: 'GET', body: undefined })
})

test.each([
  [undefined, 200],
  ['*/*', 200],
  ['text/html, application/*;q=0.1', 200],
  ['text/html', 406],
  ['application/json;q=0', 406],
  ['', 406],
])('a client that takes %o is answered %d', async (accept, status) => {
  const response = await fake.request(
    'GET',
    '/orders/order-1',
    undefined,
    accept === undefined ? {} : { accept },
  )
  expect(response.status).toBe(status)
  expect(service).toHaveBeenCalledTimes(status === 406 ? 0 : 1)
})

test('a service that does not answer is 503, and the caller is told when to ask again', async () => {
  const ask = async () => {
    const { status, headers } = await fake.request('GET', '/orders/order-1')
    return [status, headers.get('retry-after')]
  }
  service.mockRejectedValue(new TypeError('fetch failed'))
  expect(await ask()).toEqual([503, '1'])
  service.mockResolvedValue(new Response('', { status: 503 }))
  expect(await ask()).toEqual([503, '1'])
  service.mockResolvedValue(new Response('', { status: 503, headers: { 'retry-after': '5' } }))
  expect(await ask()).toEqual([503, '5'])
})

test('knows the methods of its own addresses', async () => {
  const response = await fake.request('DELETE', '/orders/order-1')
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(service).not.toHaveBeenCalled()
})
