/**
 * The events that search follows: read, checked and reduced to what search needs of them.
 */

export interface SearchEvent {
  id: string
  /** By the clock of whoever recorded it. */
  time: string
  /** The whole product as it is from now on: ProductListed and ProductChanged. */
  product?: Product
  /** What is to be added to the popularity of products, one entry for each: OrderConfirmed, and with negative units OrderCancelled. */
  lines: { productId: string; units: number }[]
}

export interface Product {
  productId: string
  /** Counted by the catalog, the one writer of products: each change of a product has a higher one. */
  version: number
  name: string
  category: string
  unitPriceCents: number
  /** 1 or 0, as SQLite has no booleans. */
  discontinued: number
}

/** Of an event that is no business of search there is neither a product nor a line. What cannot be read today never will be. */
export function readEvent(message: {
  value: Buffer | null
}): { event: SearchEvent } | { event?: never; unreadable: string } {
  try {
    const { id, time, type, data } = fieldsOf(JSON.parse(String(message.value)))
    const event = { id: textOf(id), time: textOf(time), lines: [] }
    switch (type) {
      case 'ProductListed':
      case 'ProductChanged':
        return { event: { ...event, product: productOf(fieldsOf(data)) } }
      case 'OrderConfirmed':
        return { event: { ...event, lines: linesOf(fieldsOf(data), 1) } }
      case 'OrderCancelled':
        return fieldsOf(data).wasConfirmed === true
          ? { event: { ...event, lines: linesOf(fieldsOf(data), -1) } }
          : { event }
      default:
        return { event }
    }
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) }
  }
}

type Fields = Readonly<Record<string, unknown>>

function productOf({ productId, version, name, category, unitPriceCents, discontinued }: Fields): Product {
  return {
    productId: textOf(productId),
    version: wholeNumberOf(version),
    name: textOf(name),
    category: textOf(category),
    unitPriceCents: wholeNumberOf(unitPriceCents),
    discontinued: Number(discontinued === true),
  }
}

function linesOf({ lines }: Fields, sign: 1 | -1): SearchEvent['lines'] {
  if (!Array.isArray(lines)) throw new Error('there should be a list of lines')
  const units = new Map<string, number>()
  for (const line of lines) {
    const { productId, quantity } = fieldsOf(line)
    const id = textOf(productId)
    units.set(id, (units.get(id) ?? 0) + sign * wholeNumberOf(quantity))
  }
  return [...units].map(([productId, units]) => ({ productId, units }))
}

function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null) return value as Fields
  throw new Error(`there should be an object, not ${JSON.stringify(value)}`)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw new Error(`there should be a text, not ${JSON.stringify(value)}`)
}

function wholeNumberOf(value: unknown): number {
  if (Number.isSafeInteger(value)) return Number(value)
  throw new Error(`there should be a whole number, not ${JSON.stringify(value)}`)
}
