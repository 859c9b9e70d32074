/**
 * `fetch` between the services: `http://orders/orders/7` goes to an instance of orders, wherever it listens.
 */

import { createTraceparent } from '#simulator/shop/trace-context.ts'
import { real } from '#simulator/world/globals.ts'
import type { Address, Addresses } from './addresses.ts'
import { currentContext } from './service-context.ts'
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
  let turn = 0
  globalThis.fetch = async (input, init) => {
    if (currentContext()?.isOver) return new Promise<Response>(() => {})
    const url = urlOf(input)
    if (url === undefined || url.port !== '' || !services.includes(url.hostname))
      return real.fetch(input, init)
    const request = new Request(input, init)
    // Read at once: what has to be tried at a second instance must be sent twice.
    const body = request.body === null ? undefined : await request.arrayBuffer()
    const instances = addresses.all().filter(({ service }) => service === url.hostname)
    for (let tries = 0, first = turn++; tries < instances.length; tries++) {
      const address = instances[(first + tries) % instances.length]!
      const response = await tryAt(address, url, request, body)
      if (response !== undefined) return response
    }
    throw new TypeError('fetch failed', { cause: refused(url.hostname) })
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
    const response = await real.fetch(new URL(url.pathname + url.search, base), {
      method,
      headers,
      body,
      signal,
      redirect,
    })
    return response.status === MISDIRECTED ? undefined : response
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
