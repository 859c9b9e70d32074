/**
 * One instance's HTTP server on loopback: the service's own app behind limits, a log line a request, and what operators ask.
 */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { WebApp } from '#simulator/service.ts'
import { problem } from '#simulator/shop/problem.ts'
import { createTraceparent, traceIdOf } from '#simulator/shop/trace-context.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
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
}

export interface HttpServer {
  readonly url: string
  /** What answers from now on; undefined for nothing but operations. */
  serve(app: WebApp | undefined): void
  /** Takes no new requests and lets those under way end. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
export const MAX_BODY_BYTES = 1024 * 1024
/** A client that has not sent its request by then is answered 408. */
const REQUEST_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 5_000
const LONGEST_CLOSE_MS = 5_000
/** Asked every few seconds by machines: not worth a line. */
const QUIET = new Set(['/health', '/ready', '/metrics'])

/** @throws WorkbenchError `port-in-use` */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, operations, log, metrics } = options
  let app: WebApp | undefined
  const outer = new Hono<{ Variables: { traceparent: string } }>()

  outer.use(async (c, next) => {
    const startedAt = performance.now()
    const traceparent = c.req.header('traceparent') ?? createTraceparent()
    c.set('traceparent', traceparent)
    await next()
    c.res.headers.set('traceparent', traceparent)
    const tookMs = performance.now() - startedAt
    metrics.request(service, c.req.method, c.res.status, tookMs)
    if (QUIET.has(c.req.path)) return
    const fields = { status: c.res.status, ms: Math.round(tookMs), trace_id: traceIdOf(traceparent) }
    log.info(fields, `${c.req.method} ${c.req.path}`)
  })
  outer.use(async (c, next) => {
    const meant = c.req.header(SERVICE_HEADER)
    if (meant === undefined || meant === service) return next()
    return problem({ status: MISDIRECTED, title: 'Misdirected request', detail: `this is ${service}` })
  })
  outer.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () =>
        problem({
          status: 413,
          title: 'Content too large',
          detail: `a body has at most ${MAX_BODY_BYTES} bytes`,
        }),
    }),
  )
  outer.route('/', operations)
  outer.all('*', c => {
    if (app !== undefined) return app.fetch(withTraceparent(c.req.raw, c.get('traceparent')))
    return problem({
      status: 404,
      title: 'Not found',
      detail: `${service} has no interface of its own`,
    })
  })
  outer.onError((error, c) => {
    // The client went away in the middle of its body, or sent what no HTTP client would.
    if (c.req.raw.signal.aborted) return problem({ status: 400, title: 'The request was not completed' })
    log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed')
    return problem({ status: 500, title: 'Internal error' })
  })

  const server = createAdaptorServer({
    fetch: outer.fetch,
    hostname: HOST,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
    },
  }) as Server
  const port = await listen(server, options.port, service)
  return {
    url: `http://${HOST}:${port}`,
    serve(next) {
      app = next
    },
    close: () => close(server),
  }
}

/** The trace begins here unless the caller has begun it: services pass on what they are given. */
function withTraceparent(request: Request, traceparent: string): Request {
  if (request.headers.has('traceparent')) return request
  const headers = new Headers(request.headers)
  headers.set('traceparent', traceparent)
  // The server's request only looks like one: `new Request(request)` would not take it.
  const { method, body, signal } = request
  return new Request(request.url, { method, headers, signal, body, ...(body !== null && { duplex: 'half' }) })
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

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), LONGEST_CLOSE_MS).unref()
  })
}
