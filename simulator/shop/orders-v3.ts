/**
 * The next version of orders: the same service, writing OrderPlaced in version 3.
 */
import { writeVersion3 } from './execute.ts'
import { createOrders } from './orders.ts'

export const ordersVersion3 = createOrders(writeVersion3)
