import { Agent, request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { Hono } from 'hono'
import { afterEach, expect, test, vi } from 'vitest'
import type { WebApp } from '#simulator/service.ts'
import { sendRaw } from './fuzz/raw-http.ts'
import { type HttpLimits, type HttpServer, startHttpServer } from './http-server.ts'
import { silentLog } from './logs.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createOperations } from './operations.ts'

const open: HttpServer[] = []
const sockets: Socket[] = []
let isReady = true
afterEach(async () => {
  isReady = true
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(open.splice(0).map(server => server.close()))
})

const echo: WebApp = {
  async fetch(request) {
    const text = await request.text()
    return Response.json({ method: request.method, text, traceparent: request.headers.get('traceparent') })
  },
}

async function start(
  app: WebApp | undefined,
  limits: Partial<HttpLimits> = {},
  metrics: Metrics = createMetrics(async () => []),
): Promise<HttpServer> {
  const service = 'orders'
  const operations = createOperations({ service, metrics, isReady: () => isReady })
  const server = await startHttpServer({ service, port: 0, operations, log: silentLog, metrics, limits })
  server.serve(app)
  open.push(server)
  return server
}

const get = (lines: readonly string[] = []) =>
  ['GET / HTTP/1.1', 'Host: localhost', ...lines, '', ''].join('\r\n')
const post = (body: string, lines: readonly string[] = [`Content-Length: ${body.length}`]) =>
  ['POST / HTTP/1.1', 'Host: localhost', ...lines, '', body].join('\r\n')
const statuses = async (exchange: ReturnType<typeof sendRaw>) =>
  (await exchange).answers.map(({ status }) => status)

async function connectTo({ url }: HttpServer, bytes = ''): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  sockets.push(socket)
  await new Promise(resolve => socket.once('connect', resolve))
  socket.on('error', () => {})
  socket.resume()
  if (bytes !== '') socket.write(bytes)
  return socket
}

async function took(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await action()
  return performance.now() - startedAt
}

test('a trace that the caller began goes on, one that is no trace begins anew', async () => {
  const { url } = await start(echo)
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const going = await fetch(url, { headers })
  expect(going.headers.get('traceparent')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
  expect(((await going.json()) as { traceparent: string }).traceparent).toBe(going.headers.get('traceparent'))
  const begun = await fetch(url, { headers: { traceparent: 'rubbish' } })
  expect(begun.headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('headers that come a byte at a time are answered 408', async () => {
  const { url } = await start(echo, { headersTimeoutMs: 300 })
  const bytes = [...get([`X-Slow: ${'x'.repeat(500)}`])]
  const exchange = await sendRaw(url, bytes, { pauseMs: 10 })
  expect(exchange.answers).toMatchObject([
    { status: 408, headers: { 'content-type': 'application/problem+json' } },
  ])
  expect(exchange.tookMs).toBeLessThan(4_000)
})

test('a connection on which nothing is said is answered 408', async () => {
  const { url } = await start(echo, { headersTimeoutMs: 300 })
  expect(await statuses(sendRaw(url, []))).toEqual([408])
})

test.each([
  ['a body that stops', post('half', ['Content-Length: 8'])],
  ['a chunk that stops', post('8\r\nhalf', ['Transfer-Encoding: chunked'])],
])('%s is answered 408 and reaches no service', async (_, bytes) => {
  const app = { fetch: vi.fn(echo.fetch) }
  const { url } = await start(app, { headersTimeoutMs: 200, requestTimeoutMs: 400 })
  expect(await statuses(sendRaw(url, [bytes]))).toEqual([408])
  expect(app.fetch).not.toHaveBeenCalled()
})

test('a client that goes away in the middle reaches no service and disturbs nobody', async () => {
  const app = { fetch: vi.fn(echo.fetch) }
  const { url } = await start(app)
  await sendRaw(url, [post('half', ['Content-Length: 8'])], { abort: true })
  await sendRaw(url, ['POST / HT'], { abort: true })
  expect(app.fetch).not.toHaveBeenCalled()
  expect((await fetch(url)).status).toBe(200)
})

test('two requests at once on a connection get two answers in their order', async () => {
  const slowFirst: WebApp = {
    async fetch(request) {
      if (request.method === 'POST') await new Promise(resolve => setTimeout(resolve, 100))
      return echo.fetch(request)
    },
  }
  const { url } = await start(slowFirst)
  const { answers } = await sendRaw(url, [post('one') + get(['Connection: close'])])
  expect(answers.map(({ body }) => (JSON.parse(body) as { method: string }).method)).toEqual(['POST', 'GET'])
})

test('rubbish behind a request does not take its answer', async () => {
  const slow: WebApp = {
    async fetch(request) {
      await new Promise(resolve => setTimeout(resolve, 100))
      return echo.fetch(request)
    },
  }
  const { url } = await start(slow)
  expect(await statuses(sendRaw(url, [`${post('one')}rubbish\r\n\r\n`]))).toEqual([200, 400])
})

test('who asks before sending a body is told to go on, or that it is too large', async () => {
  const { url } = await start(echo, { bodyBytes: 10 })
  const ask = (length: number) =>
    post('', ['Expect: 100-continue', `Content-Length: ${length}`, 'Connection: close'])
  expect(await statuses(sendRaw(url, [ask(3), 'abc'], { pauseMs: 50 }))).toEqual([100, 200])
  expect(await statuses(sendRaw(url, [ask(11)], { answers: 1 }))).toEqual([413])
})

test.each([
  ['declared', post('x'.repeat(11))],
  ['not declared', post('b\r\nxxxxxxxxxxx\r\n0\r\n\r\n', ['Transfer-Encoding: chunked'])],
])('a body one byte beyond the limit is refused, its length %s', async (_, bytes) => {
  const { url } = await start(echo, { bodyBytes: 10 })
  expect(await statuses(sendRaw(url, [bytes], { answers: 1 }))).toEqual([413])
  expect((await fetch(url, { method: 'POST', body: 'x'.repeat(10) })).status).toBe(200)
})

test('beyond the limit a connection is closed at once, and there is room again when another ends', async () => {
  const { url } = await start(echo, { connections: 2 })
  const server = open[0]!
  const first = await connectTo(server)
  await connectTo(server)
  const refused = await sendRaw(url, [get()])
  expect(refused).toMatchObject({ answers: [], end: expect.stringMatching(/closed|reset/) })
  first.destroy()
  await vi.waitFor(async () =>
    expect(await statuses(sendRaw(url, [get(['Connection: close'])]))).toEqual([200]),
  )
})

test('a connection on which nothing moves is closed, whatever it waits for', async () => {
  const { url } = await start({ fetch: () => new Promise(() => {}) }, { silenceMs: 200 })
  const exchange = await sendRaw(url, [get()])
  expect(exchange).toMatchObject({ answers: [], end: expect.stringMatching(/closed|reset/) })
  expect(exchange.tookMs).toBeLessThan(4_000)
})

test('closing does not wait for connections on which nothing is under way', async () => {
  const server = await start(echo)
  const agent = new Agent({ keepAlive: true })
  await new Promise<void>(resolve => {
    httpRequest(server.url, { agent }, response => response.resume().on('end', resolve)).end()
  })
  await connectTo(server)
  await connectTo(server, 'GET / HT')
  expect(await took(() => server.close())).toBeLessThan(2_000)
  agent.destroy()
})

test('closing lets a request that is under way have its answer, and no second one', async () => {
  let served = 0
  const server = await start({
    async fetch() {
      served++
      await new Promise(resolve => setTimeout(resolve, 200))
      return new Response('done')
    },
  })
  const exchange = sendRaw(server.url, [get(), get()], { pauseMs: 150 })
  await vi.waitFor(() => expect(served).toBe(1))
  expect(await took(() => server.close())).toBeLessThan(3_000)
  const { answers } = await exchange
  expect(answers[0]).toMatchObject({ status: 200, body: 'done', headers: { connection: 'close' } })
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
})

test('before a service is up it answers 503; one without an interface then answers 404', async () => {
  const { url } = await start(undefined)
  isReady = false
  const starting = await fetch(`${url}/orders/order-1`)
  expect([starting.status, starting.headers.get('retry-after')]).toEqual([503, '1'])
  isReady = true
  expect((await fetch(`${url}/orders/order-1`)).status).toBe(404)
})

test('what a service throws is a 500 that says nothing of it', async () => {
  const { url } = await start({
    fetch() {
      throw new Error('a secret')
    },
  })
  const response = await fetch(url)
  expect(response.status).toBe(500)
  expect(await response.json()).toEqual({ type: 'about:blank', status: 500, title: 'Internal error' })
})

test('an error that a service says in plain text becomes a problem', async () => {
  const { url } = await start(new Hono())
  const response = await fetch(`${url}/nowhere`)
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
})

test('scrapes at the same time ask the broker once', async () => {
  const readLag = vi.fn(async () => {
    await new Promise(resolve => setTimeout(resolve, 50))
    return []
  })
  const { url } = await start(undefined, {}, createMetrics(readLag))
  const scrapes = await Promise.all([1, 2, 3].map(async () => (await fetch(`${url}/metrics`)).text()))
  expect(scrapes.every(text => text.includes('kafka_up 1'))).toBe(true)
  expect(readLag).toHaveBeenCalledTimes(1)
  await fetch(`${url}/metrics`)
  expect(readLag).toHaveBeenCalledTimes(2)
})

test('a port that is taken is refused by name', async () => {
  const { url } = await start(echo)
  const metrics = createMetrics(async () => [])
  const operations = new Hono()
  const port = Number(new URL(url).port)
  const second = startHttpServer({ service: 'search', port, operations, log: silentLog, metrics })
  await expect(second).rejects.toMatchObject({ code: 'port-in-use' })
})
