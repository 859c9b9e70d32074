/**
 * Idempotency keys: a request that is sent again has its effect once and gets the first answer again.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
import { createHash } from 'node:crypto'
import type { Database } from '#simulator/service.ts'

export interface KeyedRequest {
  /** The same key means something else from another customer or on another route. */
  customer: string
  method: string
  route: string
  key: string
  /** Compared with the first request's, as JSON. */
  body: unknown
}

export interface Answer {
  status: number
  body: unknown
}

/** The key was used before, with another body: the caller has mixed something up, and neither answer would be right. */
export class KeyReused extends Error {
  override readonly name = 'KeyReused'
}

/**
 * `once(request, effect)` runs `effect` unless this request was answered before, and returns the first answer.
 *
 * Looking up, the effect and remembering the answer are one transaction: there is no moment at which the effect
 * has happened and the key is not known, and no claim that a crash could leave behind. An effect that throws is
 * rolled back and remembered by nobody, so the caller may try again.
 * @throws KeyReused
 */
export function createIdempotency(db: Database) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS idempotency_keys (
      customer TEXT NOT NULL,
      method TEXT NOT NULL,
      route TEXT NOT NULL,
      key TEXT NOT NULL,
      request_hash TEXT NOT NULL,
      status INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (customer, method, route, key)
    ) WITHOUT ROWID
  `)
  const find = db.prepare<string[], { request_hash: string; status: number; body: string }>(
    'SELECT request_hash, status, body FROM idempotency_keys WHERE customer = ? AND method = ? AND route = ? AND key = ?',
  )
  const remember = db.prepare('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?, ?)')

  const once = (request: KeyedRequest, effect: () => Answer): Answer => {
    const scope = [request.customer, request.method, request.route, request.key]
    const hash = createHash('sha256').update(JSON.stringify(request.body)).digest('hex')
    const known = find.get(...scope)
    if (known !== undefined) {
      if (known.request_hash !== hash)
        throw new KeyReused(`the key ${request.key} came with another body before`)
      return { status: known.status, body: JSON.parse(known.body) }
    }
    const answer = effect()
    remember.run(...scope, hash, answer.status, JSON.stringify(answer.body))
    return answer
  }
  return db.transaction(once).immediate as typeof once
}
