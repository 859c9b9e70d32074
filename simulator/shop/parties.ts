/**
 * The parties outside the shop: a payment provider and a mail provider, both idempotent by the header Idempotency-Key.
 */
import { z } from 'zod'
import type { Party, PartyEntry } from '#simulator/scenario/scenario.ts'

const Charge = z.object({ orderId: z.string(), customerId: z.string(), amountCents: z.int() })
const Refund = z.object({ orderId: z.string(), amountCents: z.int() })
const Mail = z.object({ orderId: z.string() })

interface Answer {
  status: number
  body: object
  /** What it did, for the ledger; absent when it refused. */
  entry?: PartyEntry
}

/** `POST /charges` and `POST /refunds`, and `GET /charges/<key>` to ask what became of one. Customers whose id begins with `declined-` have no money: 402. */
export function createPaymentProvider(): Party {
  const charged = new Set<string>()
  return createParty((path, key, body) => {
    if (path === '/charges') {
      const { orderId, customerId, amountCents } = Charge.parse(body)
      if (customerId.startsWith('declined-')) return { status: 402, body: { error: 'card declined' } }
      charged.add(orderId)
      const entry = { action: 'charge', key, orderId, amountCents }
      return { status: 201, body: { charged: amountCents }, entry }
    }
    if (path === '/refunds') {
      const { orderId, amountCents } = Refund.parse(body)
      if (!charged.has(orderId)) return { status: 404, body: { error: 'no such charge' } }
      const entry = { action: 'refund', key, orderId, amountCents }
      return { status: 201, body: { refunded: amountCents }, entry }
    }
    return NOT_FOUND
  })
}

/** `POST /messages` */
export function createMailProvider(): Party {
  return createParty((path, key, body) => {
    if (path !== '/messages') return NOT_FOUND
    return {
      status: 202,
      body: { accepted: true },
      entry: { action: 'mail', key, orderId: Mail.parse(body).orderId },
    }
  })
}

const NOT_FOUND: Answer = { status: 404, body: { error: 'not found' } }

function createParty(act: (path: string, key: string, body: unknown) => Answer): Party {
  const ledger: PartyEntry[] = []
  const answers = new Map<string, Answer>()

  async function answer(request: Request): Promise<Answer> {
    if (request.method === 'GET')
      return answers.get(new URL(request.url).pathname.split('/').at(-1)!) ?? NOT_FOUND
    const key = request.headers.get('idempotency-key')
    if (key === null) return { status: 400, body: { error: 'Idempotency-Key is missing' } }
    const body: unknown = await request.json().catch(() => undefined)
    // No await from here on: two requests with one key must not both find nothing.
    const known = answers.get(key)
    if (known !== undefined) return known
    try {
      const fresh = act(new URL(request.url).pathname, key, body)
      if (fresh.entry !== undefined) ledger.push(fresh.entry)
      // A refusal is not remembered: nothing was done, so the same key may succeed later.
      if (fresh.status < 300) answers.set(key, fresh)
      return fresh
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      return { status: 400, body: { error: 'the request is not valid' } }
    }
  }

  return {
    ledger,
    async fetch(request) {
      const { status, body } = await answer(request)
      return Response.json(body, { status })
    },
  }
}
