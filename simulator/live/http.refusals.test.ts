import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createShop } from '#simulator/shop/shop.ts'
import { type LiveShop, placeAndConfirm, startLiveShop } from './fuzz/live-shop.ts'
import { type RawExchange, type RawOptions, sendRaw } from './fuzz/raw-http.ts'
import { instancesOf } from './instance.ts'

let shop: LiveShop
beforeAll(async () => {
  shop = await startLiveShop()
  await ask('PUT', '/products/chai', { name: 'Chai', unitPriceCents: 1800, openingStock: 1000 }, 'list-chai')
})
afterAll(() => shop?.stop())

const line = { productId: 'chai', quantity: 1, unitPriceCents: 1800 }
const order = { customerId: 'ada', lines: [line] }
const text = JSON.stringify(order)

function ask(method: string, path: string, body: unknown, key: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  return fetch(shop.gateway + path, { method, headers, body: JSON.stringify(body) })
}

interface Parts {
  readonly method?: string
  readonly target?: string
  readonly version?: string
  /** Written after the usual ones; one of the same name takes the usual one's place, and an empty value removes it. */
  readonly headers?: Readonly<Record<string, string>>
  /** More header lines, as they are. */
  readonly lines?: readonly string[]
  readonly body?: string
}

let keys = 0
/** A request to place an order, unless told otherwise. */
function http(parts: Parts = {}): string {
  const { method = 'POST', target = '/orders', version = 'HTTP/1.1', body = text, lines = [] } = parts
  const headers = {
    Host: '127.0.0.1',
    Connection: 'close',
    'Content-Type': 'application/json',
    'Idempotency-Key': `refusal-${keys++}`,
    'Content-Length': String(Buffer.byteLength(body, 'latin1')),
    ...parts.headers,
  }
  const head = Object.entries(headers).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return `${[`${method} ${target} ${version}`, ...head, ...lines].join('\r\n')}\r\n\r\n${body}`
}
const get = (target: string, parts: Parts = {}) => http({ method: 'GET', target, body: '', ...parts })
const utf8 = (value: string) => Buffer.from(value, 'utf8').toString('latin1')
const json = (value: unknown) => utf8(JSON.stringify(value))
const orderWith = (fields: object) => http({ body: json({ ...order, ...fields }) })
const lineWith = (fields: object) => http({ body: json({ ...order, lines: [{ ...line, ...fields }] }) })
const productWith = (fields: object) =>
  http({ method: 'PUT', target: '/products/tea', body: json({ name: 'Tea', unitPriceCents: 1, ...fields }) })

type Row = [name: string, request: string | readonly (string | Uint8Array)[], status: number, RawOptions?]

const BODIES: readonly Row[] = [
  ['no JSON', http({ body: '{"customerId":' }), 400],
  ['nothing', http({ body: '' }), 400],
  ['an array for an object', http({ body: '[]' }), 400],
  ['null', http({ body: 'null' }), 400],
  ['a hundred thousand brackets', http({ body: '['.repeat(100_000) }), 400],
  ['fifty thousand pairs of brackets', http({ body: '['.repeat(50_000) + ']'.repeat(50_000) }), 400],
  [
    'deep objects in a field nobody asked for',
    http({ body: `${text.slice(0, -1)},"x":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}` }),
    400,
  ],
  ['a number beyond all', http({ body: text.replace('1800', '1e400') }), 400],
  ['a number beyond whole ones', http({ body: text.replace('1800', '1e300') }), 400],
  ['a number of a hundred digits', http({ body: text.replace('1800', '9'.repeat(100)) }), 400],
  ['a negative zero', http({ body: text.replace('1800', '-0') }), 201],
  ['a fraction of a cent', lineWith({ unitPriceCents: 0.5 }), 400],
  ['text for a number', lineWith({ quantity: '1' }), 400],
  ['a quantity of zero', lineWith({ quantity: 0 }), 400],
  ['the largest quantity', lineWith({ quantity: 10_000 }), 201],
  ['one more than the largest quantity', lineWith({ quantity: 10_001 }), 400],
  ['the largest price', lineWith({ unitPriceCents: 10_000_000 }), 201],
  ['one cent more than the largest price', lineWith({ unitPriceCents: 10_000_001 }), 400],
  ['a discount above one', lineWith({ discount: 1.0001 }), 400],
  ['a discount of five places', lineWith({ discount: 0.00001 }), 400],
  ['no lines', orderWith({ lines: [] }), 400],
  ['a hundred lines', orderWith({ lines: Array(100).fill(line) }), 201],
  ['a hundred and one lines', orderWith({ lines: Array(101).fill(line) }), 400],
  ['thirty thousand lines of nothing', orderWith({ lines: Array(30_000).fill(0) }), 400],
  ['an id of 64 characters', orderWith({ orderId: 'o'.repeat(64) }), 201],
  ['an id of 65 characters', orderWith({ orderId: 'o'.repeat(65) }), 400],
  ['an id that climbs', orderWith({ orderId: '..' }), 400],
  ['an id with a slash', orderWith({ orderId: 'a/b' }), 400],
  ['an id with a NUL', orderWith({ orderId: 'a\0' }), 400],
  ['an id that ends in a line feed', orderWith({ orderId: 'a\n' }), 400],
  ['an id that every object has', orderWith({ orderId: '__proto__', customerId: 'constructor' }), 201],
  ['a key that every object has', http({ body: text.replace('{', '{"__proto__":{"lines":[]},') }), 201],
  ['a key that comes twice', http({ body: text.replace('{', '{"customerId":5,') }), 201],
  ['a date that does not exist', orderWith({ orderDate: '2026-02-30' }), 400],
  ['a date before the calendar', orderWith({ orderDate: '0000-01-01' }), 400],
  ['a date with a time', orderWith({ orderDate: '2026-01-01T00:00:00Z' }), 400],
  ['a byte order mark', http({ body: `\xef\xbb\xbf${text}` }), 201],
  ['bytes that are no UTF-8', http({ body: text.replace('ada', '\xff\xfe') }), 400],
  ['UTF-16', http({ body: Buffer.from(text, 'utf16le').toString('latin1') }), 400],
  ['a lone surrogate in a name', productWith({ name: '\ud800' }), 400],
  ['a NUL in a name', productWith({ name: 'Te\0a' }), 400],
  ['a name of white space', productWith({ name: ' \t\u00a0 ' }), 400],
  ['a name of other scripts', productWith({ name: '煎茶 🍵 Ελληνικό' }), 201],
  ['a stock beyond all', productWith({ openingStock: 1_000_000_001 }), 400],
  ['a boolean as text', productWith({ discontinued: 'false' }), 400],
  ['a body beyond the limit', http({ body: ' '.repeat(2_000_000) + text }), 413],
  [
    'a body declared beyond the limit',
    [http({ headers: { 'Content-Length': '999999999' } })],
    413,
    { answers: 1 },
  ],
  [
    'chunks beyond the limit',
    [
      http({ body: '', headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }),
      ...Array<string>(32).fill(`10000\r\n${' '.repeat(0x10000)}\r\n`),
      '0\r\n\r\n',
    ],
    413,
    { answers: 1 },
  ],
  [
    'chunks',
    http({ body: '', headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }) +
      `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
    201,
  ],
  ['a body with a GET', get('/orders/order-999', { body: text }), 404],
]

const HEADERS: readonly Row[] = [
  ['no idempotency key', http({ headers: { 'Idempotency-Key': '' } }), 400],
  ['an empty idempotency key', http({ headers: { 'Idempotency-Key': ' ' } }), 400],
  ['an idempotency key of 10 kB', http({ headers: { 'Idempotency-Key': 'k'.repeat(10_000) } }), 400],
  ['an idempotency key in Latin-1', http({ headers: { 'Idempotency-Key': 'clé' } }), 400],
  ['an idempotency key in UTF-8', http({ headers: { 'Idempotency-Key': utf8('鍵') } }), 400],
  ['an idempotency key twice', http({ lines: ['Idempotency-Key: other'] }), 400],
  ['an idempotency key with a delete character', http({ headers: { 'Idempotency-Key': 'a\x7fb' } }), 400],
  ['no content type', http({ headers: { 'Content-Type': '' } }), 201],
  ['text', http({ headers: { 'Content-Type': 'text/plain' } }), 415],
  ['a form', http({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }), 415],
  ['a content type of rubbish', http({ headers: { 'Content-Type': ';;;\xff' } }), 415],
  [
    'a content type of rubbish that ends in a delete character',
    http({ headers: { 'Content-Type': 'application/json\x7f' } }),
    400,
  ],
  ['JSON in UTF-8', http({ headers: { 'Content-Type': 'Application/JSON; charset="UTF-8"' } }), 201],
  ['JSON in UTF-16', http({ headers: { 'Content-Type': 'application/json; charset=utf-16' } }), 415],
  ['a compressed body', http({ headers: { 'Content-Encoding': 'gzip' } }), 415],
  ['a client that takes only HTML', http({ headers: { Accept: 'text/html' } }), 406],
  [
    'a client that takes anything but JSON',
    http({ headers: { Accept: 'application/json;q=0, */*;q=0' } }),
    406,
  ],
  ['a client that prefers HTML', http({ headers: { Accept: 'text/html, application/*;q=0.1' } }), 201],
  ['a trace context of rubbish', http({ headers: { traceparent: 'rubbish' } }), 201],
  ['a trace context in Latin-1', http({ headers: { traceparent: '\xff' } }), 201],
  ['a trace context twice', http({ lines: ['traceparent: a', 'traceparent: b'] }), 201],
  ['another expectation', http({ headers: { Expect: 'the-unexpected' } }), 417],
  ['a host of rubbish', http({ headers: { Host: 'a b' } }), 400],
  ['a host with a path', http({ headers: { Host: '127.0.0.1/x' } }), 400],
  ['a host with credentials', http({ headers: { Host: 'user@127.0.0.1' } }), 400],
  ['no host', http({ headers: { Host: '' } }), 400],
  ['two hosts', http({ lines: ['Host: localhost'] }), 400],
  ['the host of somebody else', http({ headers: { Host: 'shop.example' } }), 421],
  ['this host by name', http({ headers: { Host: 'localhost:8080' } }), 201],
  ['this host in version 6', http({ headers: { Host: '[::1]:8080' } }), 201],
  ['the service header of somebody else', http({ headers: { 'x-out-of-order-service': 'search' } }), 421],
  ['a header of 20 kB', http({ lines: [`X-Long: ${'x'.repeat(20_000)}`] }), 431],
  ['thousands of headers', http({ lines: Array.from({ length: 3_000 }, (_, n) => `a${n}: ${n}`) }), 431],
  ['a thousand headers', http({ lines: Array.from({ length: 1_000 }, (_, n) => `a${n}: ${n}`) }), 201],
  ['a header without a name', http({ lines: [': x'] }), 400],
  ['a header with a space in its name', http({ lines: ['a b: x'] }), 400],
  ['a header with a NUL', http({ lines: ['X-Nul: a\0b'] }), 400],
  ['a header that goes on in the next line', http({ lines: ['X-Folded: a', ' b'] }), 400],
  ['a header that every object has', http({ lines: ['__proto__: x', 'constructor: y'] }), 201],
  ['a length that is no number', http({ headers: { 'Content-Length': 'ten' } }), 400],
  ['a negative length', http({ headers: { 'Content-Length': '-1' } }), 400],
  ['a length beyond all', http({ headers: { 'Content-Length': '9'.repeat(30) } }), 400],
  ['two lengths', http({ lines: ['Content-Length: 1'] }), 400],
  ['a length and chunks', http({ headers: { 'Transfer-Encoding': 'chunked' } }), 400],
  [
    'a transfer encoding of rubbish',
    http({ headers: { 'Content-Length': '', 'Transfer-Encoding': 'rubbish' } }),
    400,
  ],
  [
    'a chunk without a length',
    `${http({ body: '', headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } })}zz\r\n`,
    400,
  ],
  [
    'a chunk with 20 kB of extensions',
    `${http({ body: '', headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } })}1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
    413,
  ],
  ['an upgrade', http({ headers: { Connection: 'upgrade, close', Upgrade: 'websocket' } }), 201],
]

const TARGETS: readonly Row[] = [
  ['an unknown order', get('/orders/order-999'), 404],
  ['an order whose id is not UTF-8', get('/orders/%ff'), 404],
  ['an order whose id is a NUL', get('/orders/%00'), 404],
  ['an order whose id is half a percent sign', get('/orders/%'), 404],
  ['an order whose id climbs', get('/orders/..%2f..%2fhealth'), 404],
  ['an order whose id is a quote', get("/orders/'%22--"), 404],
  ['an order of 8 kB', get(`/orders/${'o'.repeat(8_000)}`), 404],
  ['cancelling an unknown order', http({ target: '/orders/order-999/cancel', body: '' }), 404],
  ['shipping an order whose id is not UTF-8', http({ target: '/orders/%ff/ship', body: '' }), 404],
  [
    'cancelling without a key',
    http({ target: '/orders/order-999/cancel', body: '', headers: { 'Idempotency-Key': '' } }),
    400,
  ],
  ['a product whose id climbs', http({ method: 'PUT', target: '/products/..%2f' }), 400],
  [
    'a product whose id climbs in dots that are encoded',
    http({ method: 'PUT', target: '/products/%2e%2e/orders' }),
    405,
  ],
  ['a product without an id', http({ method: 'PUT', target: '/products/' }), 404],
  ['a slash too many', http({ target: '/orders/' }), 404],
  ['two slashes', http({ target: '//orders' }), 404],
  ['two slashes and a host', http({ target: '//shop.example/orders' }), 404],
  ['a whole address', http({ target: 'http://127.0.0.1/orders' }), 201],
  ['a whole address of somebody else', http({ target: 'http://shop.example/orders' }), 421],
  ['another scheme', http({ target: 'file:///etc/passwd' }), 400],
  ['a backslash', http({ target: '/orders\\x' }), 400],
  ['an asterisk', http({ method: 'OPTIONS', target: '*', body: '' }), 400],
  ['no path', http({ target: 'orders' }), 400],
  ['bytes above ASCII in a path', http({ target: '/orders/\xe4' }), 400],
  ['a path of 20 kB', get(`/${'x'.repeat(20_000)}`), 431],
  ['a path of 10 kB', get(`/${'x'.repeat(10_000)}`), 414],
  ['a question of 100 kB', get(`/search/products?q=${'x'.repeat(100_000)}`), 431],
  [
    'a question in the syntax of FTS5',
    get(`/search/products?q=${encodeURIComponent('"name:a* NEAR(b, c) ^d AND OR NOT {x y}: -e" + (')}`),
    200,
  ],
  ['a question of quotes', get('/search/products?q=%22%22%22%27%27%27'), 200],
  ['a question that is a NUL', get('/search/products?q=%00'), 200],
  ['a question that is not UTF-8', get('/search/products?q=%ff%c0%80'), 200],
  ['a question of half a percent sign', get('/search/products?q=%'), 200],
  ['a question asked twice', get('/search/products?q=a&q=b&q[]=c&__proto__=d'), 200],
  ['a thousand words', get(`/search/products?q=${'a%20'.repeat(1_000)}`), 200],
  ['an unknown period', get('/reports/revenue?period=decade'), 400],
  ['no period', get('/reports/revenue'), 400],
  ['a period that every object has', get('/reports/revenue?period=__proto__'), 400],
  ['a period with a line feed', get('/reports/revenue?period=1997%0a'), 400],
  ['a week that there is not', get('/reports/revenue?period=1997-W53'), 200],
  ['DELETE', http({ method: 'DELETE', target: '/orders/order-1', body: '' }), 405],
  ['PATCH', http({ method: 'PATCH' }), 405],
  ['PROPFIND', http({ method: 'PROPFIND' }), 405],
  ['PROPFIND of nothing we have', http({ method: 'PROPFIND', target: '/nowhere' }), 404],
  ['TRACE', http({ method: 'TRACE', body: '' }), 405],
  ['TRACE with a body', http({ method: 'TRACE' }), 405],
  ['CONNECT', 'CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n', 405],
  ['a method that there is not', http({ method: 'SNATCH' }), 400],
  ['a method in small letters', http({ method: 'post' }), 400],
  ['OPTIONS', http({ method: 'OPTIONS', body: '' }), 204],
  ['HEAD', get('/search/products', { method: 'HEAD' }), 200],
  ['POST to what is only read', http({ target: '/health' }), 405],
  ['POST to the documentation', http({ target: '/docs' }), 405],
  ['HTTP/1.0 without a host', http({ version: 'HTTP/1.0', headers: { Host: '' } }), 201],
  ['HTTP/2 as text', http({ version: 'HTTP/2.0' }), 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['HTTP/0.9', 'GET /orders\r\n\r\n', 400],
  ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['rubbish', '\0\xff\r\n\r\nrubbish\r\n\r\n', 400],
  ['lines without an end', ['G\n\n\nE\nT /\n'], 400],
]

describe.each([
  ['a body', BODIES],
  ['headers', HEADERS],
  ['a request line', TARGETS],
])('%s:', (_, rows) => {
  test.concurrent.each(rows)('%s', async (_name, request, status, options?: RawOptions) => {
    const exchange = await sendRaw(shop.gateway, typeof request === 'string' ? [request] : request, options)
    expectDefinite(exchange, status)
  })
})

/** On which a request of any kind may arrive, though its service may have no interface of its own. */
const INSTANCES = instancesOf(createShop()).map(({ name }) => name)

test.each(INSTANCES)('%s answers every one of these requests without failing', async name => {
  for (const rows of [BODIES, HEADERS, TARGETS]) {
    const exchanges = rows.map(async ([row, request, , options]) => {
      const pieces = typeof request === 'string' ? [request] : request
      const { answers } = await sendRaw(shop.urls[name]!, pieces, options)
      return { row, statuses: answers.map(({ status }) => status) }
    })
    const failures = (await Promise.all(exchanges)).filter(
      ({ statuses }) => statuses.length !== 1 || !(statuses[0]! < 500),
    )
    expect(failures).toEqual([])
  }
})

test('the same key with another body is 422, on another route it is another key', async () => {
  const key = 'the-same'
  expect((await ask('POST', '/orders', order, key)).status).toBe(201)
  expect((await ask('POST', '/orders', { ...order, orderId: 'other' }, key)).status).toBe(422)
  const product = { name: 'Tea', unitPriceCents: 1 }
  expect((await ask('PUT', '/products/oolong', product, key)).status).toBe(201)
  expect((await ask('PUT', '/products/oolong', { ...product, unitPriceCents: 2 }, key)).status).toBe(422)
  expect((await ask('PUT', '/products/sencha', product, key)).status).toBe(201)
})

test('a known address says which methods it takes', async () => {
  const allowed = async (path: string, method = 'OPTIONS') =>
    (await fetch(shop.gateway + path, { method })).headers.get('allow')
  expect(await allowed('/orders')).toBe('POST')
  expect(await allowed('/orders/order-1', 'DELETE')).toBe('GET, HEAD')
  expect(await allowed('/products/chai', 'PATCH')).toBe('PUT')
  expect(await allowed('/health')).toBe('GET, HEAD')
  expect(await allowed('/nowhere')).toBeNull()
})

test('after all this nothing was logged as an error, and an order still goes through', async () => {
  await placeAndConfirm(shop.gateway)
  expect(shop.errors).toEqual([])
})

function expectDefinite({ answers, end }: RawExchange, status: number): void {
  expect([answers.map(answer => answer.status), end]).toEqual([[status], expect.anything()])
  const { headers, body } = answers[0]!
  expect(body).not.toMatch(/node_modules|\.[cm]?[jt]s:\d+/)
  if (status < 400) return
  expect(headers['content-type']).toBe('application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ status, title: expect.any(String) })
}
