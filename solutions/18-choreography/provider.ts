/**
 * The payment provider's API. Every call carries a key made from the order's id, so that a repeated one, whoever
 * repeats it and however long after, has no second effect.
 */
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'

const TIMEOUT_MS = 5_000
/** Well below the 30 s after which the broker would give our partitions to another consumer. */
const LONGEST_WAIT_MS = 10_000

/** Returns false when the card was declined. */
export async function charge(orderId: string, customerId: string, amountCents: number): Promise<boolean> {
  const response = await post('charges', `charge-${orderId}`, { orderId, customerId, amountCents })
  if (response.status === 402) return false
  await requireSuccess(response)
  return true
}

/** Asks what became of a charge whose answer was never seen. */
export async function wasCharged(orderId: string): Promise<boolean> {
  const response = await call('GET', `charges/charge-${orderId}`)
  if (response.status === 404) return false
  await requireSuccess(response)
  return true
}

export async function refund(orderId: string, amountCents: number): Promise<void> {
  await requireSuccess(await post('refunds', `refund-${orderId}`, { orderId, amountCents }))
}

/** A timeout does not say whether it was done: only asking again, with the same key, will. */
function post(path: string, key: string, body: unknown): Promise<Response> {
  return call(
    'POST',
    path,
    { 'content-type': 'application/json', 'idempotency-key': key },
    JSON.stringify(body),
  )
}

async function call(method: string, path: string, headers?: Record<string, string>, body?: string) {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  return fetch(`http://psp/${path}`, { method, signal, ...(body && { headers, body }) }).catch(error => {
    throw new TransientError(`the payment provider does not answer: ${error}`)
  })
}

async function requireSuccess({ ok, status, headers }: Response): Promise<void> {
  if (ok) return
  if (status === 429) {
    const waitMs = Number(headers.get('retry-after') ?? 1) * 1_000
    await new Promise(resolve => setTimeout(resolve, Math.min(waitMs || 1_000, LONGEST_WAIT_MS)))
  }
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    throw new TransientError(`the payment provider answers ${status}`)
  }
  throw new PermanentError(`the payment provider refuses with ${status}`)
}
