/**
 * The service that uses the order store: it reads an order, decides, appends, and answers the customer.
 */
import type { Host, Service } from '#simulator/service.ts'
import type { OrderStore } from './contract.ts'

export type Envelope = Parameters<OrderStore['append']>[2][number]
export type CreateOrderStore = (host: Pick<Host, 'db' | 'kafka'>) => OrderStore

/** Whoever watches. */
export interface Observer {
  /** Every event as it is handed to the store, whatever becomes of it. */
  decided(event: Envelope): void
  /** How long the store took to store or to refuse. */
  appended(tookMs: number): void
}

/** Between reading and appending: meanwhile somebody else may have appended. */
const CREDIT_CHECK_MS = 100
const MAX_CONFLICTS = 5

export function createOrders(createOrderStore: CreateOrderStore, observer: Observer): Service {
  return async ({ db, kafka, listen }) => {
    const store = createOrderStore({ db, kafka })

    /** `place`, `cancel` or `ship` on an order. */
    async function execute(orderId: string, command: string): Promise<Response> {
      for (let conflicts = 0; ; conflicts++) {
        const { events, version } = store.read(orderId)
        const past = events.map(({ type }) => type)
        const refusal = refuse(command, past)
        if (refusal !== undefined) return Response.json({ problem: refusal }, { status: 409 })
        const types = decide(command, past)
        // It is done already: the customer asks again because the first answer got lost.
        if (types.length === 0) return Response.json({ orderId })
        await new Promise(resolve => setTimeout(resolve, CREDIT_CHECK_MS))
        const decided = types.map(type => newEvent(type, orderId, `${orderId}/${command}`))
        for (const event of decided) observer.decided(event)
        const startedAt = Date.now()
        try {
          await store.append(orderId, version, decided)
          return Response.json({ orderId }, { status: 201 })
        } catch (error) {
          if (!isConflict(error) || conflicts === MAX_CONFLICTS) throw error
        } finally {
          observer.appended(Date.now() - startedAt)
        }
      }
    }

    listen({
      async fetch({ method, url }) {
        const [, , orderId = '', command = ''] = new URL(url).pathname.split('/')
        try {
          return method === 'GET'
            ? Response.json(store.read(orderId).events)
            : await execute(orderId, command)
        } catch (error) {
          const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
          return Response.json({ problem }, { status: 500 })
        }
      },
    })
  }
}

/** Customers pay with a voucher: an order is placed and paid at the same moment, two events of one decision. */
function decide(command: string, past: readonly string[]): string[] {
  if (command === 'place') return past.includes('OrderPlaced') ? [] : ['OrderPlaced', 'OrderPaid']
  const type = command === 'cancel' ? 'OrderCancelled' : 'OrderShipped'
  return past.includes(type) ? [] : [type]
}

function refuse(command: string, past: readonly string[]): string | undefined {
  if (command === 'place') return undefined
  if (!past.includes('OrderPlaced')) return 'there is no such order'
  if (command === 'cancel' && past.includes('OrderShipped')) return 'it is shipped already'
  if (command === 'ship' && past.includes('OrderCancelled')) return 'it is cancelled'
  return undefined
}

function newEvent(type: string, orderId: string, causedBy: string): Envelope {
  return {
    id: crypto.randomUUID(),
    type,
    version: 1,
    time: new Date().toISOString(),
    trace_id: `trace-${causedBy}`,
    causation_id: causedBy,
    correlation_id: orderId,
    data: { orderId },
  }
}

/** By name: a store may bring an error class of its own. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExpectedVersionConflictError'
}
