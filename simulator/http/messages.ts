/**
 * Requests and responses on their way: taken apart from their callers, buffered, refused. Few are made, since they are slow to make.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'

/** The signal is the caller's alone: the far side goes on when the caller has given up. */
export function createRequest(input: RequestInfo | URL, init: RequestInit | undefined): Request {
  if (init?.signal == null) return new Request(input, init)
  const { signal: _, ...rest } = init
  return new Request(input, rest)
}

export async function buffered(request: Request): Promise<Request> {
  return new Request(request, { body: await request.arrayBuffer() })
}

export async function bufferedResponse(response: Response): Promise<Response> {
  if (response.body === null) return response
  return new Response(await response.arrayBuffer(), response)
}

/** The far side's refusal, without having done anything. */
export function errorResponse(fault: Fault): Response {
  const status = fault.status ?? (fault.kind === 'failing' ? 503 : 500)
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (fault.by !== undefined) headers['retry-after'] = String(Math.ceil(fault.by / 1000))
  return new Response(JSON.stringify({ error: `refused with ${status}` }), { status, headers })
}

export function isRedirect(response: Response): boolean {
  return [301, 302, 303, 307, 308].includes(response.status) && response.headers.has('location')
}

export function redirectRefused(request: Request, response: Response): Error {
  if (request.redirect === 'error') {
    return new TypeError('fetch failed', { cause: new Error('unexpected redirect') })
  }
  return new WorkbenchError(
    'unsupported-redirect',
    `${request.url} redirects to ${response.headers.get('location')}, and the simulator does not follow redirects.`,
    "Call the target itself, or ask for { redirect: 'manual' } and read the location header.",
  )
}
