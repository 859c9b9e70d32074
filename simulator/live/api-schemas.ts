/**
 * What the shop's HTTP interfaces accept and answer, by the names that the documentation gives them.
 */
import { z } from 'zod'
import { STATUSES } from '#exercises/03-order-lifecycle/contract.ts'
import { PlaceOrderBody, ProductBody } from '#simulator/shop/requests.ts'

const status = z
  .enum(STATUSES.filter(name => name !== 'none'))
  .describe('What the order service knows at this moment: payment and stock follow by themselves.')
const orderId = z.string()
const productId = z.string()
const totalCents = z.int().describe('The lines with their discounts, each rounded to the cent.')

/** Bodies of requests. */
export const REQUEST_SCHEMAS = { PlaceOrder: PlaceOrderBody, Product: ProductBody }

/** Bodies of answers, strict: a field that is not documented is a mistake, here or there. */
export const ANSWER_SCHEMAS = {
  PlacedOrder: z.strictObject({ orderId, status, totalCents }),
  OrderStatus: z.strictObject({ orderId, status }),
  Order: z.strictObject({
    orderId,
    status,
    customer: z.strictObject({ id: z.string() }),
    orderDate: z.iso.date(),
    lines: z.array(
      z.strictObject({
        productId,
        quantity: z.int(),
        unitPriceCents: z.int(),
        discountBasisPoints: z.int().describe('1500 is 15 % off.'),
      }),
    ),
    totalCents,
  }),
  ProductVersion: z.strictObject({
    productId,
    version: z.int().describe('Counted up by each change; the same product again is no change.'),
  }),
  FoundProducts: z.array(
    z.strictObject({
      id: productId,
      name: z.string(),
      category: z.string(),
      unitPriceCents: z.int(),
      popularity: z.int().describe('Units in confirmed orders.'),
    }),
  ),
  ReorderCandidates: z.array(
    z.strictObject({
      id: productId,
      name: z.string(),
      stock: z.int(),
      onOrder: z.int(),
      reorderLevel: z.int(),
      soldByWeek: z.record(z.string(), z.int()).describe('Units by ISO week: {"2026-W02": 12}.'),
    }),
  ),
  WeeklySales: z.array(
    z.strictObject({ productId, week: z.string().describe('ISO week: 2026-W02.'), units: z.int() }),
  ),
  Revenue: z.array(
    z.strictObject({
      period: z.string(),
      revenueCents: z.int(),
      orders: z.int(),
      units: z.int(),
    }),
  ),
  Health: z.strictObject({ service: z.string(), status: z.literal('alive') }),
  Readiness: z.strictObject({ service: z.string(), status: z.literal('ready') }),
  /** RFC 9457 */
  Problem: z.strictObject({
    type: z.literal('about:blank'),
    status: z.int().describe('The status of the answer once more.'),
    title: z.string().describe('What kind of problem it is; the same for every problem of its kind.'),
    detail: z.string().optional().describe('This one problem, in words.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('What is wrong with the request, and where: {"path": "lines.0.quantity", …}. At most 20.'),
  }),
}
export type AnswerSchema = keyof typeof ANSWER_SCHEMAS
