/**
 * What the client does in a comparison, one act after another: the order of its acts is then the same in every world.
 */
import { placeOrder } from '#simulator/shop/client-commands.ts'
import type { ClientNotes } from '#simulator/shop/client-notes.ts'
import type { DataSet, DataSetOrder, DataSetProduct } from '#simulator/shop/data-set.ts'
import { toOrder, toProduct } from '#simulator/shop/data-workload.ts'
import type { Shopper } from '#simulator/shop/shopper.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { PhaseName } from './phases.ts'

export type Act =
  | { readonly kind: 'list' | 'change'; readonly product: DataSetProduct }
  | { readonly kind: 'place'; readonly order: DataSetOrder }
  | { readonly kind: 'cancel' | 'ship'; readonly orderId: string }

/** The acts of each phase; a phase without any is one in which only services act. */
export type Acts = Readonly<Partial<Record<PhaseName, readonly Act[]>>>

/** Nobody regrets anything: what a data set by itself says. */
export function actsOf({ products, orders }: DataSet): Acts {
  return {
    products: products.map(product => ({ kind: 'list', product })),
    orders: orders.map(order => ({ kind: 'place', order })),
  }
}

/**
 * Resolves when it is done.
 * @throws WorkbenchError `act-refused` when the shop does not do it
 */
export async function perform(shopper: Shopper, notes: ClientNotes, act: Act): Promise<void> {
  switch (act.kind) {
    case 'list':
    case 'change': {
      const { productId } = act.product
      const path = `/products/${productId}`
      const key = `${act.kind}-${productId}`
      const answer = await shopper.command({ method: 'PUT', path, key, body: toProduct(act.product) })
      return refuseRefusal(key, answer?.status)
    }
    case 'place': {
      const key = `place-${act.order.orderId}`
      const isAccepted = await placeOrder(shopper, notes, key, toOrder(act.order))
      return refuseRefusal(key, isAccepted ? 201 : undefined)
    }
    default: {
      const path = `/orders/${act.orderId}/${act.kind}`
      const key = `${act.kind}-${act.orderId}`
      const answer = await shopper.command({ method: 'POST', path, key })
      return refuseRefusal(key, answer?.status)
    }
  }
}

function refuseRefusal(key: string, status: number | undefined): void {
  if (status !== undefined && status < 300) return
  throw new WorkbenchError(
    'act-refused',
    `The shop did not do ${key}${status === undefined ? '' : ` and answered ${status}`}, so there is nothing to compare.`,
    'Look at the data: npm run sim -- --data FOLDER runs it in the simulator alone.',
  )
}
