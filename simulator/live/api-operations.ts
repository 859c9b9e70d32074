/**
 * What can be asked of the shop over HTTP, in the order in which one would try it, with examples that work as they are.
 */
import type { PlaceOrderBody, ProductRequest } from '#simulator/shop/requests.ts'
import type { AnswerSchema } from './api-schemas.ts'

export interface ApiOperation {
  readonly id: string
  readonly method: 'get' | 'post' | 'put'
  /** `/orders/{id}` */
  readonly path: string
  readonly tag: Tag
  readonly summary: string
  readonly description: string
  /** Of the path's `{id}`. */
  readonly idDescription?: string
  readonly query?: { readonly name: string; readonly description: string; readonly required: boolean }
  /** Whether it takes an Idempotency-Key, which is then required. */
  readonly hasKey?: boolean
  readonly body?: 'PlaceOrder' | 'Product'
  readonly answers: readonly ApiAnswer[]
  /** Of the problems every operation may answer with, those that say something particular here. */
  readonly problems: Readonly<Record<number, string>>
  readonly examples: readonly ApiExample[]
}

export interface ApiAnswer {
  readonly status: number
  readonly description: string
  /** Absent for text that is not JSON. */
  readonly schema?: AnswerSchema
}

export interface ApiExample {
  /** Also part of its idempotency key. */
  readonly name: string
  readonly summary: string
  readonly id?: string
  readonly query?: string
  readonly body?: PlaceOrderBody | ProductRequest
  /** What comes back; it may differ in numbers. Absent for text. */
  readonly answer?: unknown
}

export const TAGS = {
  Commands: 'They change something, once for each idempotency key, however often they are sent.',
  Queries: 'They read. Read models follow the events, so they may be a moment behind.',
  Operations: 'Asked of every service at its own address, not only of the gateway.',
} as const
export type Tag = keyof typeof TAGS

const KEY_REUSED = 'This key came with another body before.'
const UNKNOWN_ORDER = 'There is no such order.'
const NOT_VALID =
  'The body, the id or the Idempotency-Key is not what is described here; `errors` says where.'
const NO_ANSWER =
  'The service does not answer. Whether it has done what was asked is not known: send it again, with the same key.'
const NO_ANSWER_TO_QUERY = 'The service does not answer.'
/** Those of a typical order: 2 x 650 cents. */
const line = { productId: 'assam', quantity: 2, unitPriceCents: 650 }

export const OPERATIONS: readonly ApiOperation[] = [
  {
    id: 'putProduct',
    method: 'put',
    path: '/products/{id}',
    tag: 'Commands',
    summary: 'List a product, or change it',
    description:
      'The catalog counts the version of the product up and publishes the whole product. Search and inventory know it a moment later.',
    idDescription: 'The id of the product: 1 to 64 letters, digits, `_`, `.` or `-`.',
    hasKey: true,
    body: 'Product',
    answers: [
      { status: 201, description: 'The product is new.', schema: 'ProductVersion' },
      { status: 200, description: 'The product was known; now it is this one.', schema: 'ProductVersion' },
    ],
    problems: { 400: NOT_VALID, 422: KEY_REUSED, 503: NO_ANSWER },
    examples: [
      {
        name: 'assam',
        summary: 'Ten tins of tea, to be refilled when there are nine',
        id: 'assam',
        body: {
          name: 'Assam Tea',
          category: 'Beverages',
          unitPriceCents: 650,
          openingStock: 10,
          reorderLevel: 9,
        },
        answer: { productId: 'assam', version: 1 },
      },
    ],
  },
  {
    id: 'placeOrder',
    method: 'post',
    path: '/orders',
    tag: 'Commands',
    summary: 'Place an order',
    description:
      'The answer says that the order is recorded. Payment and stock hear of it as an event, and confirm or cancel it within moments.',
    hasKey: true,
    body: 'PlaceOrder',
    answers: [{ status: 201, description: 'The order is placed.', schema: 'PlacedOrder' }],
    problems: {
      400: NOT_VALID,
      409: 'There is an order with this id, and it is another one.',
      422: `${KEY_REUSED} Keys are each customer’s own.`,
      503: NO_ANSWER,
    },
    examples: [
      {
        name: 'try-1',
        summary: 'An order to be shipped',
        body: { orderId: 'try-1', customerId: 'ada', orderDate: '2026-01-05', lines: [line] },
        answer: { orderId: 'try-1', status: 'placed', totalCents: 1300 },
      },
      {
        name: 'try-2',
        summary: 'An order with a discount, to be cancelled',
        body: {
          orderId: 'try-2',
          customerId: 'grace',
          orderDate: '2026-01-05',
          lines: [{ ...line, discount: 0.1 }],
        },
        answer: { orderId: 'try-2', status: 'placed', totalCents: 1170 },
      },
    ],
  },
  {
    id: 'getOrder',
    method: 'get',
    path: '/orders/{id}',
    tag: 'Queries',
    summary: 'Look at an order',
    description: 'Read from the order’s own events, so it is never behind.',
    idDescription: 'The id of the order.',
    answers: [{ status: 200, description: 'The order as it is now.', schema: 'Order' }],
    problems: { 404: UNKNOWN_ORDER, 503: NO_ANSWER_TO_QUERY },
    examples: [
      {
        name: 'try-1',
        summary: 'A moment after it was placed',
        id: 'try-1',
        answer: {
          status: 'confirmed',
          orderId: 'try-1',
          customer: { id: 'ada' },
          orderDate: '2026-01-05',
          lines: [{ ...line, discountBasisPoints: 0 }],
          totalCents: 1300,
        },
      },
    ],
  },
  {
    id: 'shipOrder',
    method: 'post',
    path: '/orders/{id}/ship',
    tag: 'Commands',
    summary: 'Ship an order',
    description: 'Only a confirmed order is shipped: one that is paid, and whose stock is reserved.',
    idDescription: 'The id of the order.',
    hasKey: true,
    answers: [{ status: 200, description: 'The order is shipped, now or before.', schema: 'OrderStatus' }],
    problems: {
      400: 'The Idempotency-Key is missing, or not what is described here.',
      404: UNKNOWN_ORDER,
      409: 'The order is not confirmed yet, or cancelled.',
      503: NO_ANSWER,
    },
    examples: [
      {
        name: 'try-1',
        summary: 'Once it is confirmed',
        id: 'try-1',
        answer: { orderId: 'try-1', status: 'shipped' },
      },
    ],
  },
  {
    id: 'cancelOrder',
    method: 'post',
    path: '/orders/{id}/cancel',
    tag: 'Commands',
    summary: 'Cancel an order',
    description: 'What was charged is paid back, and what was reserved is free again, a moment later.',
    idDescription: 'The id of the order.',
    hasKey: true,
    answers: [{ status: 200, description: 'The order is cancelled, now or before.', schema: 'OrderStatus' }],
    problems: {
      400: 'The Idempotency-Key is missing, or not what is described here.',
      404: UNKNOWN_ORDER,
      409: 'The order is shipped.',
      503: NO_ANSWER,
    },
    examples: [
      {
        name: 'try-2',
        summary: 'Until it is shipped',
        id: 'try-2',
        answer: { orderId: 'try-2', status: 'cancelled' },
      },
    ],
  },
  {
    id: 'searchProducts',
    method: 'get',
    path: '/search/products',
    tag: 'Queries',
    summary: 'Search for products',
    description: 'At most 50 products that are still sold, the most popular ones first.',
    query: {
      name: 'q',
      description: 'Words, or how they begin, of name and category. All products when it is absent.',
      required: false,
    },
    answers: [{ status: 200, description: 'What was found.', schema: 'FoundProducts' }],
    problems: { 503: NO_ANSWER_TO_QUERY },
    examples: [
      {
        name: 'tea',
        summary: 'The beginning of a word',
        query: 'ass',
        answer: [
          { id: 'assam', name: 'Assam Tea', category: 'Beverages', unitPriceCents: 650, popularity: 2 },
        ],
      },
    ],
  },
  {
    id: 'reorderCandidates',
    method: 'get',
    path: '/inventory/reorder-candidates',
    tag: 'Queries',
    summary: 'What is to be refilled',
    description:
      'Products still sold whose stock, with what is on its way, is at or below their reorder level; each with its sales by week.',
    answers: [{ status: 200, description: 'What to buy.', schema: 'ReorderCandidates' }],
    problems: { 503: NO_ANSWER_TO_QUERY },
    examples: [
      {
        name: 'now',
        summary: 'After the orders above',
        answer: [
          {
            id: 'assam',
            name: 'Assam Tea',
            stock: 8,
            onOrder: 0,
            reorderLevel: 9,
            soldByWeek: { '2026-W02': 2 },
          },
        ],
      },
    ],
  },
  {
    id: 'weeklySales',
    method: 'get',
    path: '/inventory/weekly-sales',
    tag: 'Queries',
    summary: 'Units sold by week',
    description: 'Confirmed orders by the ISO week of their date. A cancelled order counts no more.',
    answers: [{ status: 200, description: 'A row for each product and week.', schema: 'WeeklySales' }],
    problems: { 503: NO_ANSWER_TO_QUERY },
    examples: [
      {
        name: 'now',
        summary: 'After the orders above',
        answer: [{ productId: 'assam', week: '2026-W02', units: 2 }],
      },
    ],
  },
  {
    id: 'revenue',
    method: 'get',
    path: '/reports/revenue',
    tag: 'Queries',
    summary: 'Revenue by period',
    description: 'Confirmed orders less those cancelled later, by the date of the order.',
    query: {
      name: 'period',
      description:
        'All days, weeks, months or years: `day`, `week`, `month`, `year`. Or one of them: `2026-01-05`, `2026-W02`, `2026-01`, `2026`.',
      required: true,
    },
    answers: [{ status: 200, description: 'A row for each period, in order.', schema: 'Revenue' }],
    problems: { 400: 'The period is none of these.', 503: NO_ANSWER_TO_QUERY },
    examples: [
      {
        name: 'month',
        summary: 'By month',
        query: 'month',
        answer: [{ period: '2026-01', revenueCents: 1300, orders: 1, units: 2 }],
      },
    ],
  },
  {
    id: 'health',
    method: 'get',
    path: '/health',
    tag: 'Operations',
    summary: 'Is the process alive?',
    description: 'It answers, so it is. Whoever does not answer may be started anew.',
    answers: [{ status: 200, description: 'It is.', schema: 'Health' }],
    problems: {},
    examples: [{ name: 'now', summary: 'Always', answer: { service: 'gateway', status: 'alive' } }],
  },
  {
    id: 'ready',
    method: 'get',
    path: '/ready',
    tag: 'Operations',
    summary: 'Does the service do its work?',
    description: 'It is up, and its consumers have joined their groups.',
    answers: [{ status: 200, description: 'It does.', schema: 'Readiness' }],
    problems: { 503: 'It is starting, or has lost its broker.' },
    examples: [{ name: 'now', summary: 'Once it is up', answer: { service: 'gateway', status: 'ready' } }],
  },
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    summary: 'How is it doing?',
    description: 'Requests, messages and the lag of every consumer group, in the text format of Prometheus.',
    answers: [{ status: 200, description: 'Text: a line for each number.' }],
    problems: {},
    examples: [{ name: 'now', summary: 'At this moment' }],
  },
]
