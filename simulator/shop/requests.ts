/**
 * What the shop's HTTP interfaces accept.
 */
import { z } from 'zod'

/** Ids go into URLs, message keys and site names as they are. */
export const Id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, _ . or -')

/** A decimal from 0 to 1 with at most four places, so that it is a whole number of basis points. */
const Discount = z
  .number()
  .min(0)
  .max(1)
  .refine(discount => Math.abs(discount * 10_000 - Math.round(discount * 10_000)) < 1e-6, {
    message: 'must have at most 4 decimal places',
  })

const Line = z.object({
  productId: Id,
  quantity: z.int().min(1).max(10_000),
  unitPriceCents: z.int().min(0).max(10_000_000),
  discount: Discount.optional(),
})

export const PlaceOrderBody = z.object({
  /** Given by an import; otherwise the order service counts. */
  orderId: Id.optional(),
  customerId: Id,
  /** ISO date; default today. */
  orderDate: z.iso.date().optional(),
  lines: z.array(Line).min(1).max(100),
})
export type PlaceOrderBody = z.infer<typeof PlaceOrderBody>

export const ProductBody = z.object({
  name: z.string().trim().min(1).max(200),
  category: z.string().trim().max(200).default(''),
  unitPriceCents: z.int().min(0).max(10_000_000),
  /** Counts once, when the product is new; from then on inventory keeps the stock. */
  openingStock: z.int().min(0).max(1_000_000_000).default(0),
  unitsOnOrder: z.int().min(0).max(1_000_000_000).default(0),
  reorderLevel: z.int().min(0).max(1_000_000_000).default(0),
  discontinued: z.boolean().default(false),
})
export type ProductBody = z.infer<typeof ProductBody>
/** The same before defaults: what a client sends. */
export type ProductRequest = z.input<typeof ProductBody>

/** Header values are printable ASCII; the length is ours. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable characters')
