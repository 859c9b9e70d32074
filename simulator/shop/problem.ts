/**
 * Errors as problem details (RFC 9457), the same for every service of the shop.
 */
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { Refused } from '#work/03-order-lifecycle/order.ts'
import { KeyReused } from '#work/17-idempotency-keys/idempotency.ts'
import { IdempotencyKey } from './requests.ts'

export interface Problem {
  status: number
  title: string
  detail?: string
  /** What was wrong with a body, and where. */
  errors?: { path: string; message: string }[]
  /** Seconds; sent as the header Retry-After. */
  retryAfter?: number
}

export function problem({ retryAfter, ...fields }: Problem): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  return new Response(JSON.stringify({ type: 'about:blank', ...fields }), { status: fields.status, headers })
}

/** Gives every error and every unknown address of `app` a problem as its answer. */
export function answerProblems(app: Hono): void {
  app.notFound(c => problem({ status: 404, title: 'Not found', detail: `${c.req.method} ${c.req.path}` }))
  app.onError(toProblem)
}

/** @throws ZodError or SyntaxError, which `answerProblems` turns into a 400. */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  return schema.parse(JSON.parse(await c.req.text()))
}

/** @throws ZodError when the header is missing. */
export function readIdempotencyKey(c: Context): string {
  return z
    .object({ 'Idempotency-Key': IdempotencyKey })
    .parse({ 'Idempotency-Key': c.req.header('idempotency-key') })['Idempotency-Key']
}

function toProblem(error: Error): Response {
  if (error instanceof SyntaxError)
    return problem({ status: 400, title: 'The body is not JSON', detail: error.message })
  if (error instanceof z.ZodError) {
    const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    return problem({ status: 400, title: 'The request is not valid', errors })
  }
  if (error instanceof KeyReused)
    return problem({ status: 422, title: 'Idempotency key reused', detail: error.message })
  if (error instanceof Refused)
    return problem({
      status: error.status === 'none' ? 404 : 409,
      title: error.status === 'none' ? 'Unknown order' : 'Not allowed in this state',
      detail: error.message,
    })
  // Nothing was committed, so the same request may be sent again.
  if ('code' in error && String(error.code).startsWith('SQLITE_'))
    return problem({ status: 503, title: 'Database unavailable', detail: error.message, retryAfter: 1 })
  return problem({ status: 500, title: 'Internal error' })
}
