/**
 * The commands that every workload gives the shop.
 */
import type { ClientNotes } from './client-notes.ts'
import type { PlaceOrderBody, ProductRequest } from './requests.ts'
import type { Shopper } from './shopper.ts'

/**
 * Lists products and waits until the catalog has them; the other services may hear of them later.
 * Returns false when the catalog did not answer for all of them: there is no use in ordering what is not listed.
 */
export async function listProducts(
  shopper: Shopper,
  products: readonly (readonly [id: string, product: ProductRequest])[],
): Promise<boolean> {
  const answers = await Promise.all(
    products.map(([id, body]) =>
      shopper.command({ method: 'PUT', path: `/products/${id}`, key: `list-${id}`, body }),
    ),
  )
  return answers.every(answer => answer !== undefined)
}

/** Places an order and notes it when it was accepted. */
export async function placeOrder(
  shopper: Shopper,
  notes: ClientNotes,
  key: string,
  body: PlaceOrderBody,
): Promise<boolean> {
  const answer = await shopper.command({ method: 'POST', path: '/orders', key, body })
  if (answer?.status !== 201) return false
  const { orderId, totalCents } = answer.body as { orderId: string; totalCents: number }
  notes.accepted.set(orderId, totalCents)
  return true
}
