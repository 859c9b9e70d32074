/**
 * The customers of the check, who ask again until the answer is definite, and what they and the store have been heard to say.
 */
import type { Envelope } from '../orders.ts'

/** What is known for certain of a run, besides what is in the database and in Kafka. */
export interface Notes {
  /** Every event that was handed to the store, by its id. */
  readonly decided: Map<string, Envelope>
  longestAppendMs: number
  readonly requests: Request[]
  /** The events of the order as the store reads them in the end, or why it cannot. */
  stored: readonly Envelope[] | string
}

export type Command = 'place' | 'cancel' | 'ship'

interface Request {
  readonly command: Command
  attempts: number
  /** Whether the last attempt had an answer that leaves nothing open. */
  isAnswered: boolean
  /** The last status, if there was any. */
  status?: number
  problem?: string
}

export interface Customers {
  readonly notes: Notes
  /** Sends the same request again until the answer is definite. @returns whether there was one */
  request(command: Command): Promise<boolean>
  /** Reads the order through the store, whatever tables it has. */
  readOrder(): Promise<void>
}

const TRY_AGAIN_AFTER_MS = 1_000
const NO_ANSWER_AFTER_MS = 15_000
const MAX_ATTEMPTS = 40

export function createCustomers(orderId: string): Customers {
  const notes: Notes = { decided: new Map(), longestAppendMs: 0, requests: [], stored: 'nobody has asked' }
  return {
    notes,
    async request(command) {
      const request: Request = { command, attempts: 0, isAnswered: false }
      notes.requests.push(request)
      while (request.attempts < MAX_ATTEMPTS) {
        request.attempts++
        try {
          const response = await inTime(
            fetch(`http://orders/orders/${orderId}/${command}`, {
              method: 'POST',
              headers: { 'idempotency-key': `${orderId}/${command}` },
            }),
          )
          request.status = response.status
          request.isAnswered = response.status < 500
          if (request.isAnswered) return true
          request.problem = ((await response.json()) as { problem: string }).problem
        } catch (error) {
          request.problem = reasonOf(error)
        }
        await new Promise(resolve => setTimeout(resolve, TRY_AGAIN_AFTER_MS))
      }
      return false
    },
    async readOrder() {
      try {
        const response = await fetch(`http://orders/orders/${orderId}`)
        const body = (await response.json()) as Envelope[] | { problem: string }
        notes.stored = Array.isArray(body) ? body : body.problem
      } catch (error) {
        notes.stored = reasonOf(error)
      }
    },
  }
}

async function inTime(answer: Promise<Response>): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const noAnswer = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), NO_ANSWER_AFTER_MS)
  })
  return Promise.race([answer, noAnswer]).finally(() => clearTimeout(timer))
}

/** `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error }
  return cause?.message ?? message
}
