/**
 * A data set for comparisons, and what the client does with it: every branch of the flow, and nothing whose outcome depends
 * on who is quicker.
 */
import { CATALOGUE, CUSTOMERS, DECLINED_CUSTOMERS, TOO_MANY } from '#simulator/shop/catalogue.ts'
import type { DataSet, DataSetLine, DataSetOrder, DataSetProduct } from '#simulator/shop/data-set.ts'
import { createRandom } from '#simulator/world/random.ts'
import { type Act, type Acts, actsOf } from './acts.ts'

export interface GeneratedActs {
  readonly data: DataSet
  /** The acts of the data set, and besides them cancellations, shipments and changed prices. */
  readonly acts: Acts
}

/**
 * Asked for by orders that want too much, and by no others: how much was there when they were refused, which the refusal says,
 * would otherwise depend on who had come before them.
 */
const RARE: DataSetProduct = {
  productId: 'saffron',
  name: 'Saffron',
  priceCents: 4_950,
  openingStock: 3,
  onOrder: 0,
  reorderLevel: 5,
  discontinued: false,
}
const DISCOUNTS = [0, 0, 0, 500, 1_000, 1_500]
const ORDERS_A_DAY = 3
const FIRST_DAY = Date.UTC(1997, 0, 1)
const DAY_MS = 86_400_000
/** Of any product, beyond what the orders take: stock never runs out, which would make the last ones in it lose by chance. */
const LEFT_OVER = 20

export function generateActs(orderCount: number, seed: number): GeneratedActs {
  const random = createRandom(seed, 'parity')
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const productIds = Object.keys(CATALOGUE)

  const line = (productId: string, quantity: number, priceCents: number): DataSetLine => ({
    productId,
    quantity,
    unitPriceCents: priceCents,
    discountBasisPoints: pick(DISCOUNTS),
  })
  const orders = Array.from({ length: orderCount }, (_, index): DataSetOrder => {
    const number = index + 1
    const usual = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const productId = pick(productIds)
      return line(productId, 1 + Math.floor(random() * 3), CATALOGUE[productId]!.unitPriceCents)
    })
    return {
      orderId: `order-${number}`,
      customerId: pick(isDeclined(number) ? DECLINED_CUSTOMERS : CUSTOMERS),
      orderDate: new Date(FIRST_DAY + Math.floor(index / ORDERS_A_DAY) * DAY_MS).toISOString().slice(0, 10),
      lines: isTooMuch(number) ? [...usual, line(RARE.productId, TOO_MANY, RARE.priceCents)] : usual,
    }
  })

  const taken = new Map<string, number>()
  for (const { lines } of orders)
    for (const { productId, quantity } of lines) taken.set(productId, (taken.get(productId) ?? 0) + quantity)
  const products = Object.entries(CATALOGUE).map(
    ([productId, { name, unitPriceCents, unitsOnOrder = 0, reorderLevel = 0 }]): DataSetProduct => ({
      productId,
      name,
      priceCents: unitPriceCents,
      openingStock: (taken.get(productId) ?? 0) + LEFT_OVER,
      onOrder: unitsOnOrder,
      reorderLevel,
      discontinued: false,
    }),
  )
  const data = { products: [...products, RARE], orders }
  return { data, acts: withRegrets(data) }
}

/** Their cards are declined. Never an order that wants too much besides: why it is cancelled would be a race. */
const isDeclined = (number: number) => number % 6 === 3
const isTooMuch = (number: number) => number % 7 === 5 && !isDeclined(number)

function withRegrets(data: DataSet): Acts {
  const { products = [] } = actsOf(data)
  const orders: Act[] = []
  const changes: Act[] = []
  for (const [index, order] of data.orders.entries()) {
    const number = index + 1
    const { orderId } = order
    orders.push({ kind: 'place', order })
    if (number % 8 === 2) orders.push({ kind: 'cancel', orderId })
    else if (isDeclined(number) || isTooMuch(number)) continue
    else if (number % 8 === 6) changes.push({ kind: 'cancel', orderId })
    else if (number % 5 === 1) changes.push({ kind: 'ship', orderId })
  }
  for (const [index, product] of data.products.entries()) {
    const { priceCents } = product
    if (index % 2 === 0)
      changes.push({
        kind: 'change',
        product: { ...product, priceCents: priceCents + 10, discontinued: index === 4 },
      })
  }
  return { products, orders, changes }
}
