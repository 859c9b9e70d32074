/**
 * One instance's HTTP server on loopback: the service's own app behind limits, a log line a request, and what operators ask.
 */

import { createServer, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { WebApp } from '#simulator/service.ts'
import { problem } from '#simulator/shop/problem-details.ts'
import { createTraceparent, traceIdOf } from '#simulator/shop/trace-context.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { watchExchanges } from './http-exchanges.ts'
import { readRequestBody } from './http-request-body.ts'
import { answerWithoutRequest } from './http-without-request.ts'
import type { Log } from './logs.ts'
import type { Metrics } from './metrics.ts'
import { MISDIRECTED, SERVICE_HEADER } from './service-fetch.ts'

export interface HttpServerOptions {
  readonly service: string
  /** 0 for any that is free. */
  readonly port: number
  /** Health, readiness, metrics: they are asked of every instance, whether its service has an interface of its own or not. */
  readonly operations: Hono
  readonly log: Log
  readonly metrics: Metrics
  readonly limits?: Partial<HttpLimits>
}

export interface HttpServer {
  readonly url: string
  /** What answers from now on; undefined for nothing but operations. */
  serve(app: WebApp | undefined): void
  /** Takes no new requests and lets those under way end. */
  close(): Promise<void>
}

export interface HttpLimits {
  /** The largest order, of a hundred lines, has some 20 kB. */
  readonly bodyBytes: number
  /** Of its path and query. Node counts it among the headers too, of which there are at most 16 kB. */
  readonly targetCharacters: number
  /** A client that has not sent its headers by then is answered 408. */
  readonly headersTimeoutMs: number
  /** The same for all of its request. */
  readonly requestTimeoutMs: number
  /** A connection on which nothing moves in either direction is closed, whatever it waits for. */
  readonly silenceMs: number
  /** One more is closed at once. */
  readonly connections: number
}

const LIMITS: HttpLimits = {
  bodyBytes: 128 * 1024,
  targetCharacters: 8 * 1024,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  silenceMs: 60_000,
  connections: 1_000,
}

const HOST = '127.0.0.1'
/** Under which names it may be asked for. A page of another site whose name leads here (DNS rebinding) sends that site's. */
const OWN_NAMES = new Set([HOST, 'localhost', '[::1]'])
const LONGEST_LOGGED_PATH = 200
/** Asked every few seconds by machines: not worth a line. */
const QUIET = new Set(['/health', '/ready', '/metrics'])

type Env = { Bindings: HttpBindings; Variables: { traceparent: string } }

/** @throws WorkbenchError `port-in-use` */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, operations, log, metrics } = options
  const limits = { ...LIMITS, ...options.limits }
  let app: WebApp | undefined
  const outer = new Hono<Env>()

  outer.use(async (c, next) => {
    const startedAt = performance.now()
    // The trace goes on when the caller has begun it, and begins here otherwise; the caller's span is not ours.
    const traceId = traceIdOf(c.req.header('traceparent'))
    c.set('traceparent', createTraceparent(traceId))
    await next()
    c.res.headers.set('traceparent', c.get('traceparent'))
    c.res.headers.set('x-content-type-options', 'nosniff')
    if (exchanges.isClosing) c.res.headers.set('connection', 'close')
    const tookMs = performance.now() - startedAt
    metrics.request(service, c.req.method, c.res.status, tookMs)
    if (QUIET.has(c.req.path)) return
    const fields = { status: c.res.status, ms: Math.round(tookMs), trace_id: traceId }
    log.info(fields, `${c.req.method} ${c.req.path.slice(0, LONGEST_LOGGED_PATH)}`)
  })
  outer.use(async (c, next) => refuseTarget(c, limits) ?? refuseAddressee(c, service) ?? (await next()))
  outer.route('/', operations)
  outer.all('*', async c => {
    if (app === undefined) return withoutApp(service, operations)
    const refusal = refuseMethod(c) ?? refuseEncoding(c)
    if (refusal !== undefined) return refusal
    const body = await readRequestBody(c.env.incoming, limits.bodyBytes)
    if (body instanceof Response) return body
    return asProblem(await app.fetch(toServiceRequest(c, body)))
  })
  outer.onError((error, c) => {
    log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed')
    return problem({ status: 500, title: 'Internal error' })
  })

  const listener = getRequestListener(outer.fetch, {
    hostname: HOST,
    overrideGlobalObjects: false,
    errorHandler(error) {
      if (error instanceof RequestError)
        return problem({ status: 400, title: 'Bad request', detail: error.message })
      log.error({ err: error }, 'a request failed')
      return problem({ status: 500, title: 'Internal error' })
    },
  })
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // Ours says so as a problem.
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs / 2),
    },
    listener,
  )
  server.maxConnections = limits.connections
  server.timeout = limits.silenceMs
  const exchanges = watchExchanges(server)
  answerWithoutRequest(server, exchanges, limits.bodyBytes, log)
  const port = await listen(server, options.port, service)
  // A process that has no file descriptors left refuses connections, and goes on.
  server.on('error', error => log.error({ err: error }, 'a connection failed'))
  return {
    url: `http://${HOST}:${port}`,
    serve(next) {
      app = next
    },
    close: () => exchanges.close(),
  }
}

/** What no service has to look at: another HTTP, an address that is too long, no host or several. */
function refuseTarget(c: Context<Env>, { targetCharacters }: HttpLimits): Response | undefined {
  const { url = '', rawHeaders, httpVersion, httpVersionMajor } = c.env.incoming
  const badRequest = (detail: string) => problem({ status: 400, title: 'Bad request', detail })
  if (httpVersionMajor !== 1) return badRequest('this is HTTP/1.1')
  if (url.length > targetCharacters) {
    const detail = `path and query have at most ${targetCharacters} characters`
    return problem({ status: 414, title: 'URI too long', detail })
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  // RFC 9112, 3.2; one is what HTTP/1.0 does without.
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) return badRequest('one Host header is needed')
}

/** What was meant for somebody else: another site, or another service that had this port before. */
function refuseAddressee(c: Context<Env>, service: string): Response | undefined {
  const { hostname } = new URL(c.req.url)
  const meant = c.req.header(SERVICE_HEADER) ?? service
  if (OWN_NAMES.has(hostname) && meant === service) return undefined
  return problem({
    status: MISDIRECTED,
    title: 'Misdirected request',
    detail: `this is ${service} at ${[...OWN_NAMES].join(', ')}`,
  })
}

/** TRACE is an echo for whoever debugs proxies; it could show a script what its browser hides. */
function refuseMethod(c: Context<Env>): Response | undefined {
  if (c.req.method !== 'TRACE') return undefined
  return problem({
    status: 405,
    title: 'Method not allowed',
    allow: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'],
  })
}

function refuseEncoding(c: Context<Env>): Response | undefined {
  const encoding = c.req.header('content-encoding')
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return undefined
  return problem({ status: 415, title: 'Unsupported media type', detail: 'a body is not to be compressed' })
}

/** A service that is up and does not listen never will; before, nobody knows. */
async function withoutApp(service: string, operations: Hono): Promise<Response> {
  const readiness = await operations.request('/ready')
  if (!readiness.ok) return readiness
  return problem({ status: 404, title: 'Not found', detail: `${service} has no interface of its own` })
}

/** The server's request only looks like one to `fetch`, and its body comes as it likes: this one is real, and whole. */
function toServiceRequest(c: Context<Env>, body: Uint8Array<ArrayBuffer>): Request {
  const headers = new Headers(c.req.raw.headers)
  headers.set('traceparent', c.get('traceparent'))
  const { method, url } = c.req
  return new Request(url, { method, headers, ...(body.length > 0 && { body }) })
}

/** Services may leave the words to us: Hono's own 404 is a line of text. */
function asProblem(answer: Response): Response {
  const isText = answer.headers.get('content-type')?.startsWith('text/plain') ?? true
  if (answer.status < 400 || !isText) return answer
  return problem({ status: answer.status, title: STATUS_CODES[answer.status] ?? 'Error' })
}

function listen(server: Server, port: number, service: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error)
      const what = error.code === 'EACCES' ? 'may not be used' : 'is taken by another program'
      reject(
        new WorkbenchError(
          'port-in-use',
          `Port ${port} for ${service} ${what}.`,
          'Choose another with --port.',
        ),
      )
    })
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port))
  })
}
