/**
 * Old shapes of an event brought up to the newest one, in one place for every reader: projections, consumers and
 * the decider's own replay all see only the newest shape.
 */
import { z } from 'zod'
import { orderTotalCents } from '#exercises/03-order-lifecycle/money.ts'
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

type Data = Record<string, unknown>

/**
 * For each type the step from version n (at index n - 1) to version n + 1. A step uses what the event says and
 * nothing else: no clock, no current price, no database. So the same event is read the same way for ever.
 */
const STEPS: Record<string, ((data: Data) => Data)[]> = {
  OrderPlaced: [pricesInCents, customerAsObject],
}

/** Keeps everything but `version` and `data`: the identity and the position in the causal chain are not ours to change. */
export function upcast(event: Envelope): Envelope {
  const steps = STEPS[event.type]
  if (steps === undefined || event.version > steps.length) return event
  let data: Data = event.data
  for (const step of steps.slice(event.version - 1)) data = step(data)
  return { ...event, version: steps.length + 1, data }
}

/** Version 1 had prices and discounts as decimal numbers, and no total. */
function pricesInCents(data: Data): Data {
  const lines = z
    .array(LineVersion1)
    .parse(data.lines)
    .map(({ unitPrice, discount, ...line }) => ({
      ...line,
      unitPriceCents: Math.round(unitPrice * 100),
      discountBasisPoints: Math.round(discount * 10_000),
    }))
  return { ...data, lines, totalCents: orderTotalCents(lines) }
}

const LineVersion1 = z.looseObject({ quantity: z.number(), unitPrice: z.number(), discount: z.number() })

/** Version 2 had `customerId`; version 3 has a `customer`, which may say more, and an optional `channel`. */
function customerAsObject({ customerId, ...data }: Data): Data {
  return { ...data, customer: { id: customerId } }
}
