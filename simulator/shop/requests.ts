/**
 * What the shop's HTTP interfaces accept.
 */
import { z } from 'zod'

const ID = '1 to 64 letters, digits, _ . or -'
/** Ids go into URLs, message keys and site names as they are; `.` and `..` in a URL mean something else. */
export const Id = z
  .string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$/, `must be ${ID}`)
  .meta({ title: ID })

/** What people read. SQLite ends a text at a NUL in some places, and writes a lone surrogate as another character. */
const Text = z
  .string()
  .trim()
  .max(200)
  .refine(text => !/[\p{Cc}\p{Cs}]/u.test(text), { message: 'must have no control characters' })
  .meta({ title: 'no control characters' })

/** SQLite, ISO weeks and people agree on the calendar of these years. */
const OrderDate = z.iso
  .date()
  .refine(date => date >= '1900-01-01' && date <= '2199-12-31', { message: 'must be from 1900 to 2199' })

/** A decimal from 0 to 1 with at most four places, so that it is a whole number of basis points. */
const Discount = z
  .number()
  .min(0)
  .max(1)
  .refine(discount => Math.abs(discount * 10_000 - Math.round(discount * 10_000)) < 1e-6, {
    message: 'must have at most 4 decimal places',
  })

const Cents = z.int().min(0).max(10_000_000).describe('Of one unit: 1250 is 12.50.')

const Line = z.object({
  productId: Id.describe('The order waits for a product that is not listed yet.'),
  quantity: z.int().min(1).max(10_000),
  unitPriceCents: Cents,
  discount: Discount.optional().describe('0.15 is 15 % off. At most 4 decimal places.'),
})

export const PlaceOrderBody = z.object({
  orderId: Id.optional().describe('Given by an import; otherwise the order service counts.'),
  customerId: Id.describe('A customer whose id begins with declined- has a card that is declined.'),
  orderDate: OrderDate.optional().describe('From 1900 to 2199; today when it is absent.'),
  lines: z.array(Line).min(1).max(100),
})
export type PlaceOrderBody = z.infer<typeof PlaceOrderBody>

const Units = z.int().min(0).max(1_000_000_000)

export const ProductBody = z.object({
  name: Text.min(1),
  category: Text.default(''),
  unitPriceCents: Cents,
  openingStock: Units.default(0).describe(
    'Counts once, when the product is new; from then on inventory keeps the stock.',
  ),
  unitsOnOrder: Units.default(0).describe('On their way from the supplier.'),
  reorderLevel: Units.default(0).describe('A stock at or below it is to be refilled.'),
  discontinued: z.boolean().default(false).describe('Neither found nor refilled any more.'),
})
export type ProductBody = z.infer<typeof ProductBody>
/** The same before defaults: what a client sends. */
export type ProductRequest = z.input<typeof ProductBody>

/** Header values are printable ASCII; the length is ours. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable characters')
