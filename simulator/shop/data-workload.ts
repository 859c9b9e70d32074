/**
 * A data set as workload: its products, then its orders in their order, at a steady rate.
 */
import { listProducts, placeOrder } from './client-commands.ts'
import type { ClientNotes } from './client-notes.ts'
import type { DataSet, DataSetOrder, DataSetProduct } from './data-set.ts'
import type { PlaceOrderBody, ProductRequest } from './requests.ts'
import { createShopper, sleep } from './shopper.ts'

const ORDER_EVERY_MS = 50

export function createDataWorkload(notes: ClientNotes, { products, orders }: DataSet): () => Promise<void> {
  return async () => {
    const shopper = createShopper(notes)
    const isListed = await listProducts(
      shopper,
      products.map(product => [product.productId, toProduct(product)]),
    )
    if (!isListed) return
    const underWay = new Set<Promise<unknown>>()
    for (const order of orders) {
      const placing = placeOrder(shopper, notes, `place-${order.orderId}`, toOrder(order))
      underWay.add(placing)
      placing.then(() => underWay.delete(placing))
      await sleep(ORDER_EVERY_MS)
    }
    await Promise.all(underWay)
  }
}

/** As a client says it. */
export function toProduct({
  name,
  priceCents,
  openingStock,
  onOrder,
  reorderLevel,
  discontinued,
}: DataSetProduct): ProductRequest {
  return { name, unitPriceCents: priceCents, openingStock, unitsOnOrder: onOrder, reorderLevel, discontinued }
}

/** As a client says it. */
export function toOrder({ orderId, customerId, orderDate, lines }: DataSetOrder): PlaceOrderBody {
  return {
    orderId,
    customerId,
    orderDate,
    lines: lines.map(({ discountBasisPoints, ...line }) => ({
      ...line,
      discount: discountBasisPoints / 10_000,
    })),
  }
}
