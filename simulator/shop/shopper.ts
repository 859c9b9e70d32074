/**
 * A client that does not give up: it sends the same request again, with the same key, until the answer is definite.
 */
import type { ClientNotes } from './client-notes.ts'

export interface ShopRequest {
  method: 'POST' | 'PUT'
  /** `/orders` */
  path: string
  /** The same for every attempt; it makes them one command. */
  key: string
  body?: unknown
}

export interface Shopper {
  /** Resolves to the definite answer, or to undefined when there was none for a very long time. */
  command(request: ShopRequest): Promise<{ status: number; body: unknown } | undefined>
  /** Asks once; whatever comes back, or nothing, will do. */
  ask(path: string): Promise<void>
}

/** Longer than the gateway waits for a service, so that its answer is heard. */
const TIMEOUT_MS = 8_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** With the pauses about ten minutes. */
const MAX_ATTEMPTS = 80

export function createShopper(notes: ClientNotes): Shopper {
  return {
    async command({ method, path, key, body }) {
      notes.commands.add(key)
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const answer = await send(method, path, key, body)
        if (answer !== undefined) return answer
        await sleep(
          Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2),
        )
      }
      return undefined
    },
    async ask(path) {
      await fetch(`http://gateway${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
        .then(response => response.text())
        .catch(() => {})
    },
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Returns undefined when it is not known what came of it. */
async function send(method: string, path: string, key: string, body: unknown) {
  try {
    const response = await fetch(`http://gateway${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { status } = response
    if (status >= 500 || status === 408 || status === 425 || status === 429) return undefined
    return { status, body: (await response.json()) as unknown }
  } catch {
    return undefined
  }
}
