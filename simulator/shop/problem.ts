/**
 * Errors as problem details (RFC 9457), the same for every service of the shop.
 */
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { Refused } from '#exercises/03-order-lifecycle/contract.ts'
import { KeyReused } from '#work/17-idempotency-keys/idempotency.ts'
import { parseJson } from './json-body.ts'
import { type Problem, problem } from './problem-details.ts'
import { IdempotencyKey } from './requests.ts'

/** A request that cannot be looked at, with its answer. */
export class Unacceptable extends Error {
  override readonly name = 'Unacceptable'
  constructor(readonly problem: Problem) {
    super(problem.title)
  }
}

/** A body of nothing but mistakes must not get an answer that is larger than itself. */
const MOST_ERRORS = 20

/** Gives every error, every unknown address and every other method of a known one a problem as its answer. */
export function answerProblems(app: Hono): void {
  app.notFound(c => {
    const allow = methodsAt(app, c.req.path)
    if (allow.length === 0) return problem({ status: 404, title: 'Not found' })
    if (c.req.method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { allow: allow.join(', ') } })
    return problem({ status: 405, title: 'Method not allowed', allow })
  })
  app.onError(toProblem)
}

/**
 * @throws Unacceptable when the content type is another one; SyntaxError, ZodError. `answerProblems` turns all of them
 *   into answers
 */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  const type = c.req.header('content-type')
  // RFC 9110, 8.3: who gives no type leaves it to us.
  if (type !== undefined && !JSON_IN_UTF8.test(type)) {
    const detail = 'the body is to be application/json, in UTF-8'
    throw new Unacceptable({ status: 415, title: 'Unsupported media type', detail })
  }
  return schema.parse(parseJson(await c.req.arrayBuffer()))
}

const JSON_IN_UTF8 = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i

/** @throws ZodError when the header is missing. */
export function readIdempotencyKey(c: Context): string {
  return z
    .object({ 'Idempotency-Key': IdempotencyKey })
    .parse({ 'Idempotency-Key': c.req.header('idempotency-key') })['Idempotency-Key']
}

function methodsAt(app: Hono, path: string): string[] {
  const methods = [...new Set(app.routes.map(({ method }) => method))].filter(
    method => app.router.match(method, path)[0].length > 0,
  )
  return (methods.includes('GET') ? [...methods, 'HEAD'] : methods).sort()
}

function toProblem(error: Error): Response {
  if (error instanceof Unacceptable) return problem(error.problem)
  if (error instanceof SyntaxError)
    return problem({ status: 400, title: 'The body is not JSON', detail: error.message })
  if (error instanceof z.ZodError) {
    const errors = error.issues
      .slice(0, MOST_ERRORS)
      .map(({ path, message }) => ({ path: path.join('.'), message }))
    const more = error.issues.length - errors.length
    return problem({
      status: 400,
      title: 'The request is not valid',
      ...(more > 0 && { detail: `there are ${more} more errors` }),
      errors,
    })
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
