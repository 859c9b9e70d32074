/**
 * Exercise 12: stock and weekly sales are right however often an event is delivered, and every order gets its answer.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import { rowsOf, standstillOf } from '#simulator/explore/evidence.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  hold,
  pause,
  sendFails,
  statementFails,
} from '#simulator/explore/families.ts'
import { type Contribution, compareTally } from '#simulator/explore/tally.ts'
import type { Evidence, Guarantee, Violation } from '#simulator/scenario/scenario.ts'
import type { Host, Service } from '#simulator/service.ts'

/** Two pallets of the same size are two facts, however alike they look. */
const GOODS = [
  { id: 'goods-1', productId: 'chai', quantity: 24 },
  { id: 'goods-2', productId: 'chai', quantity: 24 },
]
const ORDERS = [
  { id: 'event-1', orderId: 'order-1', week: '2026-W02', lines: [{ productId: 'chai', quantity: 2 }] },
  {
    id: 'event-2',
    orderId: 'order-2',
    week: '2026-W02',
    lines: [
      { productId: 'chai', quantity: 3 },
      { productId: 'olives', quantity: 7 },
    ],
  },
  { id: 'event-3', orderId: 'order-3', week: '2026-W03', lines: [{ productId: 'chai', quantity: 5 }] },
]
const TOPICS = ['warehouse.events', 'sales.events']
const ORDERS_COME_AT_MS = 100

const GOODS_MESSAGES = GOODS.map(({ id, ...data }) => message(data.productId, id, 'GoodsReceived', 0, data))
const ORDER_MESSAGES = ORDERS.map(({ id, orderId, week, lines }) =>
  message(orderId, id, 'OrderPlaced', ORDERS_COME_AT_MS, { orderId, week, lines }),
)

const STOCK: readonly Contribution[] = [
  ...GOODS.map(({ id, productId, quantity }) => ({
    cell: `stock of ${productId}`,
    amount: quantity,
    source: id,
  })),
  ...ORDERS.flatMap(({ orderId, lines }) =>
    lines.map(({ productId, quantity }) => ({
      cell: `stock of ${productId}`,
      amount: -quantity,
      source: orderId,
    })),
  ),
]
const SALES: readonly Contribution[] = ORDERS.flatMap(({ orderId, week, lines }) =>
  lines.map(({ productId, quantity }) => ({
    cell: `sales of ${productId} in ${week}`,
    amount: quantity,
    source: orderId,
  })),
)

const stockIsRight: Guarantee = {
  name: 'stock-is-right',
  promise: 'The stock of a product is what was received less what was ordered.',
  kind: 'eventually',
  judge(evidence) {
    const rows = rowsOf<{ product_id: string; units: number }>(evidence, 'inventory', 'stock', [
      'product_id',
      'units',
    ])
    const actual = rows.map(row => [`stock of ${row.product_id}`, Number(row.units)] as const)
    return compareTally({
      actual,
      contributions: STOCK,
      stuckAt: () => standstillOf(evidence, 'inventory', TOPICS),
    })
  },
}

const weeklySalesAreRight: Guarantee = {
  name: 'weekly-sales-are-right',
  promise: 'Weekly sales count every unit ordered once.',
  kind: 'eventually',
  judge(evidence) {
    const rows = rowsOf<{ product_id: string; week: string; units: number }>(
      evidence,
      'inventory',
      'weekly_sales',
      ['product_id', 'week', 'units'],
    )
    const actual = rows.map(row => [`sales of ${row.product_id} in ${row.week}`, Number(row.units)] as const)
    return compareTally({
      actual,
      contributions: SALES,
      stuckAt: () => standstillOf(evidence, 'inventory', TOPICS),
    })
  },
}

const everyOrderIsAnswered: Guarantee = {
  name: 'every-order-is-answered',
  promise: 'For every order there is a StockReserved, once or more often.',
  kind: 'eventually',
  judge(evidence) {
    const answered = answeredOrders(evidence)
    const missing = ORDERS.filter(({ orderId }) => !answered.includes(orderId)).map(({ orderId }) => orderId)
    const stuckAt = missing.length === 0 ? undefined : standstillOf(evidence, 'inventory', TOPICS)
    const violations: Violation[] = missing.map(orderId => ({
      outcome: stuckAt === undefined ? 'lost' : 'stuck',
      message: `nobody was told of ${orderId}: there is no StockReserved for it${stuckAt === undefined ? '' : `, and ${stuckAt}`}`,
      subjects: [orderId],
    }))
    for (const orderId of new Set(answered)) {
      if (ORDERS.some(order => order.orderId === orderId)) continue
      violations.push({
        outcome: 'phantom',
        message: `a StockReserved speaks of ${orderId}, which nobody placed`,
      })
    }
    return violations
  },
}

/** An answer names its order in its data, or by its key. */
function answeredOrders(evidence: Evidence): string[] {
  return [...evidence.messages('reservation.events')].flatMap(({ key, value }) => {
    const event = readJson(String(value))
    if (event?.type !== 'StockReserved') return []
    return [String(event.data?.orderId ?? key)]
  })
}

function readJson(text: string): { type?: unknown; data?: { orderId?: unknown } } | undefined {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

function message(key: string, id: string, type: string, atMs: number, data: object) {
  const time = new Date(Date.UTC(2026, 0, 5, 9) + atMs).toISOString()
  const envelope = { id, type, version: 1, time, trace_id: `trace-${key}`, data }
  return { key, value: JSON.stringify(envelope) }
}

/**
 * The host with a liveness probe, as every platform has one: when KafkaJS has given a consumer up for good, the process is
 * started again. (A commit that the group refuses is such a case, if the service makes it itself.)
 */
function watched(host: Host): Host {
  const { kafka } = host
  return {
    ...host,
    kafka: {
      producer: config => kafka.producer(config),
      admin: config => kafka.admin(config),
      consumer(config) {
        const consumer = kafka.consumer(config)
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          if (payload.restart) return
          setTimeout(() => {
            throw payload.error
          })
        })
        return consumer
      },
    },
  }
}

export default defineCheck({
  exercise: '12-idempotent-consumer',
  goal: 'Stock and weekly sales are right however often an event is delivered.',
  slot: {
    file: 'inventory.ts',
    exports: [
      {
        name: 'inventory',
        type: 'function',
        shape:
          'an async function that takes the host: export const inventory: Service = async ({ kafka, db }) => { … }',
      },
    ],
  },
  scenario: load => ({
    name: '12-idempotent-consumer',
    topics: [
      { topic: 'warehouse.events', partitions: 1 },
      { topic: 'sales.events', partitions: 1 },
      { topic: 'reservation.events', partitions: 1 },
    ],
    services: [{ name: 'inventory', service: host => (load().inventory as Service)(watched(host)) }],
    parties: {},
    async workload({ publish }) {
      publish('warehouse.events', GOODS_MESSAGES)
      await new Promise(resolve => setTimeout(resolve, ORDERS_COME_AT_MS))
      publish('sales.events', ORDER_MESSAGES)
    },
    guarantees: [weeklySalesAreRight, stockIsRight, everyOrderIsAnswered],
  }),
  // What breaks under these depends on the mistake; under the others also on how the code is laid out.
  probes: [
    'duplicate-at-once',
    'duplicate-after-restart',
    'duplicate-concurrently',
    'duplicate-other-owner',
    'duplicate-later',
    'crash',
    'statement-fails',
    'send-fails-10-times',
  ],
  families: [
    duplicate('inventory', 'at-once'),
    duplicate('inventory', 'after-restart'),
    duplicate('inventory', 'concurrently'),
    duplicate('inventory', 'other-owner'),
    duplicate('inventory', 'later'),
    crash('inventory'),
    statementFails('inventory'),
    sendFails('inventory', 10),
    ackLost('inventory'),
    hold('inventory'),
    pause('inventory'),
    during('down', 'consumer down', [{ kind: 'down', service: 'inventory', from: 103, for: 60_000 }]),
    during('down-for-a-day', 'consumer down for a day', [
      { kind: 'down', service: 'inventory', from: 50, for: 86_400_000 },
    ]),
    during('slow', 'consumer slow', [
      { kind: 'slow', service: 'inventory', from: 0, for: 60_000, by: 40_000 },
    ]),
    during('second-instance', 'two instances', [{ kind: 'second-instance', service: 'inventory', from: 0 }]),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: 'inventory', from: 50, for: 20_000 },
    ]),
    during('broker-down', 'broker down', [
      { kind: 'broker-down', service: 'kafka', from: 102, for: 600_000 },
    ]),
  ],
})
