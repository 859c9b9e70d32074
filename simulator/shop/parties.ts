/**
 * The parties outside the shop: a payment provider and a mail provider, both idempotent by the header Idempotency-Key.
 */
import { z } from 'zod'
import type { Party, PartyAnswer, PartyEntry, PartyMemory } from '#simulator/scenario/scenario.ts'

const Charge = z.object({ orderId: z.string(), customerId: z.string(), amountCents: z.int() })
const Refund = z.object({ orderId: z.string(), amountCents: z.int() })
const Mail = z.object({ orderId: z.string() })

interface Act extends PartyAnswer {
  /** What it did, for the ledger; absent when it refused. */
  readonly entry?: PartyEntry
}

/** `POST /charges` and `POST /refunds`, and `GET /charges/<key>` to ask what became of one. Customers whose id begins with `declined-` have no money: 402. */
export function createPaymentProvider(memory = createMemory()): Party {
  const charged = new Set<unknown>()
  for (const { action, orderId } of memory.entries()) if (action === 'charge') charged.add(orderId)
  return createParty(memory, (path, key, body) => {
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
export function createMailProvider(memory = createMemory()): Party {
  return createParty(memory, (path, key, body) => {
    if (path !== '/messages') return NOT_FOUND
    return {
      status: 202,
      body: { accepted: true },
      entry: { action: 'mail', key, orderId: Mail.parse(body).orderId },
    }
  })
}

const NOT_FOUND: Act = { status: 404, body: { error: 'not found' } }

function createParty(memory: PartyMemory, act: (path: string, key: string, body: unknown) => Act): Party {
  async function answer(request: Request): Promise<PartyAnswer> {
    if (request.method === 'GET')
      return memory.find(new URL(request.url).pathname.split('/').at(-1)!) ?? NOT_FOUND
    const key = request.headers.get('idempotency-key')
    if (key === null) return { status: 400, body: { error: 'Idempotency-Key is missing' } }
    const body: unknown = await request.json().catch(() => undefined)
    // No await from here on: two requests with one key must not both find nothing.
    const known = memory.find(key)
    if (known !== undefined) return known
    try {
      const { entry, ...fresh } = act(new URL(request.url).pathname, key, body)
      // A refusal is not remembered: nothing was done, so the same key may succeed later.
      if (fresh.status < 300) memory.keep(key, fresh, entry)
      return fresh
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error
      return { status: 400, body: { error: 'the request is not valid' } }
    }
  }

  return {
    get ledger() {
      return memory.entries()
    },
    async fetch(request) {
      const { status, body } = await answer(request)
      return Response.json(body, { status })
    },
  }
}

/** A memory that lasts as long as the run. */
function createMemory(): PartyMemory {
  const ledger: PartyEntry[] = []
  const answers = new Map<string, PartyAnswer>()
  return {
    find: key => answers.get(key),
    keep(key, answer, entry) {
      if (entry !== undefined) ledger.push(entry)
      answers.set(key, answer)
    },
    entries: () => ledger,
  }
}
