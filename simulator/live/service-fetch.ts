/**
 * `fetch` between the services: `http://orders/orders/7` goes to an instance of orders, wherever it listens.
 */

import { createTraceparent } from '#simulator/shop/trace-context.ts'
import { real } from '#simulator/world/globals.ts'
import type { Address, Addresses } from './addresses.ts'
import { currentContext, outsideServices } from './service-context.ts'
import { currentTraceId } from './trace-scope.ts'

/** Says for which service a request is meant, so that whoever has inherited a dead instance's port can refuse it. */
export const SERVICE_HEADER = 'x-out-of-order-service'
/** 421 Misdirected Request (RFC 9110, 15.5.20): the instance is another service's. */
export const MISDIRECTED = 421

/**
 * Puts a `fetch` in place that knows the services by name; everything else goes where it always did.
 * @param services the names; a request to any other host is none of our business
 */
export function fetchByName(addresses: Addresses, services: readonly string[]): void {
  const turns = new Map<string, number>()
  globalThis.fetch = async (input, init) => {
    const url = urlOf(input)
    const isOurs = url?.protocol === 'http:' && url.port === '' && services.includes(url.hostname)
    return unlessOver(() =>
      isOurs ? fetchFrom(url, input, init) : outsideServices(() => real.fetch(input, init)),
    )
  }

  async function fetchFrom(url: URL, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    // Read at once: what has to be tried at a second instance must be sent twice.
    const body = request.body === null ? undefined : await request.arrayBuffer()
    const instances = addresses.all().filter(({ service }) => service === url.hostname)
    const first = turns.get(url.hostname) ?? 0
    turns.set(url.hostname, first + 1)
    for (let tries = 0; tries < instances.length; tries++) {
      const address = instances[(first + tries) % instances.length]!
      const response = await tryAt(address, url, request, body)
      if (response !== undefined) return response
    }
    throw new TypeError('fetch failed', { cause: refused(url.hostname) })
  }
}

/** Nothing reaches a service that has ended, neither an answer nor an error. */
async function unlessOver(ask: () => Promise<Response>): Promise<Response> {
  const context = currentContext()
  const never = () => new Promise<Response>(() => {})
  if (context?.isOver) return never()
  try {
    const response = await ask()
    return context?.isOver ? never() : response
  } catch (error) {
    if (context?.isOver) return never()
    throw error
  }
}

/** Undefined when nothing was sent or the wrong service answered, so that another instance may be tried. */
async function tryAt(
  { url: base }: Address,
  url: URL,
  request: Request,
  body: ArrayBuffer | undefined,
): Promise<Response | undefined> {
  const headers = new Headers(request.headers)
  headers.set(SERVICE_HEADER, url.hostname)
  const traceId = currentTraceId()
  if (traceId !== undefined && !headers.has('traceparent'))
    headers.set('traceparent', createTraceparent(traceId))
  try {
    const { method, signal, redirect } = request
    // Put in one by one: joined to an address, a path that begins with // would be another host.
    const target = Object.assign(new URL(base), { pathname: url.pathname, search: url.search })
    // What the client keeps going, it keeps going for all: sockets, and one timer for all time limits.
    const response = await outsideServices(() =>
      real.fetch(target, { method, headers, body, signal, redirect }),
    )
    if (response.status !== MISDIRECTED) return response
    await response.body?.cancel()
    return undefined
  } catch (error) {
    if (error instanceof TypeError && codeOf(error.cause) === 'ECONNREFUSED') return undefined
    throw error
  }
}

function urlOf(input: RequestInfo | URL): URL | undefined {
  const text = input instanceof Request ? input.url : String(input)
  return URL.canParse(text) ? new URL(text) : undefined
}

function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
}

function refused(service: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${service}:80`), { code: 'ECONNREFUSED' })
}
