/**
 * Random requests to the shop: mostly what a client might really send, with something wrong here and there; and bytes
 * that are hardly HTTP at all.
 */
import { METHODS } from 'node:http'
import fc from 'fast-check'
import { SERVICE_HEADER } from '../service-fetch.ts'
import { latin1, mostly, orderBody, partyBody, productBody } from './arbitrary-body.ts'

export interface FuzzRequest {
  /** Instance whose server is asked. */
  readonly instance: string
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Bytes as Latin-1; absent for none. */
  readonly body?: string
  readonly isChunked: boolean
}

/** Bytes as Latin-1, in the pieces in which they are sent. */
export interface FuzzBytes {
  readonly instance: string
  readonly pieces: readonly string[]
}

/** @param instances by name; three of four requests go to the gateway */
export function arbitraryRequest(instances: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const instance = fc.oneof(
    { weight: 3, arbitrary: fc.constant('gateway') },
    { weight: 1, arbitrary: fc.constantFrom(...instances) },
  )
  return fc
    .record({
      instance,
      call,
      method: mostly(9, fc.constant(undefined), method),
      contentType: mostly(29, fc.constant('application/json'), contentType),
      key: mostly(19, fc.nat(2_000).map(String), headerValue),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(header, { maxLength: 4 })),
      isChunked: fc.boolean(),
    })
    .map(({ call, method = call.method, contentType, key, headers, ...rest }) => ({
      ...rest,
      ...call,
      method,
      headers: [['Content-Type', contentType] as const, ['Idempotency-Key', key] as const, ...headers].filter(
        ([, value]) => value !== '',
      ),
    }))
}

/** A request in which some bytes are missing, changed or inserted; or no request at all. */
export function arbitraryBytes(instances: readonly string[]): fc.Arbitrary<FuzzBytes> {
  const bytes = fc.uint8Array({ maxLength: 300 }).map(latin1)
  const broken = fc
    .tuple(
      arbitraryRequest(instances),
      fc.array(fc.tuple(fc.nat(600), fc.nat(8), piece), { minLength: 1, maxLength: 3 }),
    )
    .map(([request, edits]) =>
      edits.reduce((text, [at, removed, added]) => {
        const from = at % (text.length + 1)
        return text.slice(0, from) + added + text.slice(from + removed)
      }, toText(request)),
    )
  return fc.record({
    instance: fc.constantFrom(...instances),
    pieces: fc
      .tuple(fc.oneof({ weight: 4, arbitrary: broken }, { weight: 1, arbitrary: bytes }), fc.nat(400))
      .map(([text, cut]) => [text.slice(0, cut), text.slice(cut)].filter(part => part !== '')),
  })
}

/** The request as it goes over the wire, on a connection of its own. */
export function toText({ method, target, headers, body = '', isChunked }: FuzzRequest): string {
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  const chunks = `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', framing, ...lines]
  return `${head.join('\r\n')}\r\n\r\n${isChunked ? chunks : body}`
}

/** CONNECT and TRACE among them; Node's own client refuses CONNECT, which has a test of its own. */
const method = fc.oneof(
  fc.constantFrom('HEAD', 'OPTIONS', 'GET', 'POST'),
  fc.constantFrom(...METHODS.filter(name => name !== 'CONNECT')),
)

/** Ids that exist, that may exist, and that cannot. */
const id = mostly(
  4,
  fc.oneof(
    fc.nat(40).map(number => `order-${number}`),
    fc.constantFrom('chai', 'olives', 'honey', 'tea', '__proto__', 'constructor', '...'),
  ),
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }).map(encodePath),
    fc.constantFrom(
      '%',
      '%ff',
      '%00',
      '..',
      '.',
      '%2e%2e',
      '..%2f',
      '%0d%0aX-Header:%20x',
      'a%20b',
      "'",
      '*',
    ),
    fc.string({ unit: fc.constantFrom('a', '.', '-', '/', '%', '~', ';', '?', '=', '&'), maxLength: 90 }),
  ),
)
const query = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map(encodePath),
  fc
    .string({
      unit: fc.constantFrom('"', "'", '*', '^', ':', '(', ')', '-', '+', ' NEAR ', ' OR ', 'name', 'a', '\0'),
    })
    .map(encodePath),
  fc.constantFrom(
    'cha',
    'day',
    'week',
    'month',
    'year',
    '2026',
    '2026-W01',
    '0000',
    '%',
    '%ff',
    '%c0%80',
    '',
  ),
)
/** What HTTP allows within a value: no control characters but the tab, and Latin-1. */
const headerValue = fc
  .string({
    unit: fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff }))
      .map(code => String.fromCharCode(code)),
    maxLength: 250,
  })
  .map(text => text.trim())
const contentType = fc.oneof(
  fc.constantFrom(
    '',
    'text/plain',
    'application/json; charset=utf-16',
    'application/json;charset=UTF-8',
    'application/xml',
  ),
  headerValue,
)
const header = fc.tuple(
  fc.oneof(
    fc.constantFrom(
      'Accept',
      'traceparent',
      'tracestate',
      'X-Forwarded-Host',
      '__proto__',
      'Range',
      'Cookie',
    ),
    fc.constantFrom('If-Match', 'Content-Encoding', 'Origin', 'Authorization', SERVICE_HEADER),
    fc.string({ unit: fc.constantFrom('a', 'Z', '-', '_', '!', '~', '0'), minLength: 1, maxLength: 20 }),
  ),
  mostly(2, headerValue, fc.constantFrom('*/*', 'application/json', 'gzip', 'search', 'bytes=0-1', 'q=0')),
)

type Call = Pick<FuzzRequest, 'method' | 'target' | 'body'>
const toCall = (
  weight: number,
  method: string,
  target: fc.Arbitrary<string>,
  body: fc.Arbitrary<string | undefined> = fc.constant(undefined),
) => ({
  weight,
  arbitrary: fc
    .tuple(target, body)
    .map(([target, body]): Call => ({ method, target, ...(body !== undefined && { body }) })),
})
const pages = ['/inventory/reorder-candidates', '/inventory/weekly-sales', '/health', '/ready', '/docs', '/']
const call = fc.oneof(
  toCall(6, 'POST', fc.constant('/orders'), orderBody),
  toCall(
    6,
    'PUT',
    id.map(id => `/products/${id}`),
    productBody,
  ),
  toCall(
    3,
    'GET',
    id.map(id => `/orders/${id}`),
  ),
  toCall(
    2,
    'POST',
    id.map(id => `/orders/${id}/cancel`),
  ),
  toCall(
    2,
    'POST',
    id.map(id => `/orders/${id}/ship`),
  ),
  toCall(
    3,
    'GET',
    query.map(query => `/search/products?q=${query}`),
  ),
  toCall(
    3,
    'GET',
    query.map(query => `/reports/revenue?period=${query}`),
  ),
  toCall(2, 'GET', fc.constantFrom(...pages)),
  toCall(1, 'POST', fc.constantFrom('/charges', '/refunds', '/messages'), partyBody),
  toCall(
    1,
    'GET',
    id.map(id => `/${id}`),
  ),
)

function encodePath(text: string): string {
  // A lone surrogate cannot be encoded; a Buffer makes another character of it.
  return encodeURIComponent(Buffer.from(text).toString())
}

const piece = fc.constantFrom(
  '',
  '\0',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  ':',
  '\xff',
  '%',
  'Host: x\r\n',
  '999999999999',
  'chunked',
  '\t',
  '/',
  'HTTP/1.1',
  'a'.repeat(20_000),
)
