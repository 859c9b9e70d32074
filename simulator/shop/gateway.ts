/**
 * Gateway: the one address the outside world knows. It forwards, and answers for services that do not.
 */
import { type Context, Hono } from 'hono'
import type { Service } from '#simulator/service.ts'
import { answerProblems } from './problem.ts'
import { problem } from './problem-details.ts'
import { createTraceparent } from './trace-context.ts'

const TIMEOUT_MS = 5_000
/** For services that do not say it themselves. */
const RETRY_AFTER_S = '1'

export const gateway: Service = async host => {
  const app = new Hono()
  answerProblems(app)
  app.post('/orders', forwardTo('orders'))
  app.get('/orders/:id', forwardTo('orders'))
  app.post('/orders/:id/cancel', forwardTo('orders'))
  app.post('/orders/:id/ship', forwardTo('orders'))
  app.put('/products/:id', forwardTo('catalog'))
  app.get('/search/products', forwardTo('search'))
  app.get('/inventory/reorder-candidates', forwardTo('inventory'))
  app.get('/inventory/weekly-sales', forwardTo('inventory'))
  app.get('/reports/revenue', forwardTo('analytics'))
  host.listen(app)
}

/** Does not try again itself: the caller has the idempotency key, and knows how long an answer is worth waiting for. */
function forwardTo(service: string) {
  return async (c: Context) => {
    if (!takesJson(c.req.header('accept')))
      return problem({ status: 406, title: 'Not acceptable', detail: 'answers are application/json' })
    const { pathname, search } = new URL(c.req.url)
    // Hono takes the body off an answer to HEAD.
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
    const body = method === 'GET' ? undefined : await c.req.arrayBuffer()
    try {
      const response = await fetch(`http://${service}${pathname}${search}`, {
        method,
        headers: forwardedHeaders(c),
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      return new Response(await response.text(), {
        status: response.status,
        headers: answeredHeaders(response),
      })
    } catch {
      const detail = `${service} does not answer; whether it has done what was asked is not known`
      return problem({ status: 503, title: 'Service unavailable', detail, retryAfter: 1 })
    }
  }
}

/** False for a client that says it could not read any answer (RFC 9110, 12.5.1). */
function takesJson(accept = '*/*'): boolean {
  return accept.split(',').some(range => {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    const isRefused = parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter))
    return ['*/*', 'application/*', 'application/json'].includes(type) && !isRefused
  })
}

function forwardedHeaders(c: Context): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': c.req.header('content-type') ?? 'application/json',
    traceparent: c.req.header('traceparent') ?? createTraceparent(),
  }
  const key = c.req.header('idempotency-key')
  if (key !== undefined) headers['idempotency-key'] = key
  return headers
}

function answeredHeaders(response: Response): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of ['content-type', 'retry-after']) {
    const value = response.headers.get(name)
    if (value !== null) headers[name] = value
  }
  if (response.status === 503) headers['retry-after'] ??= RETRY_AFTER_S
  return headers
}
