/**
 * The shop's topics.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'

/** What services tell each other. Key: the order's id, and for product.events the product's. */
export const EVENT_TOPICS = ['order.events', 'payment.events', 'stock.events', 'product.events'] as const
export type EventTopic = (typeof EVENT_TOPICS)[number]

/** Services with a dead-letter and a retry topic of their own; each is also the name of its consumer group. */
export const CONSUMERS = [
  'orders',
  'payments',
  'inventory',
  'notifications',
  'search',
  'analytics',
  'dispatch',
] as const

/** All consumer groups: the warehouse reads what dispatch writes for it, and has no dead letters. */
export const GROUPS = [...CONSUMERS, 'warehouse'] as const

/** Between dispatch and the warehouse: goods that come in, orders to hand out, and the warehouse's answers. */
const WAREHOUSE_TOPICS = ['warehouse.events', 'sales.events', 'reservation.events']

export const TOPICS: Scenario['topics'] = [
  ...[...EVENT_TOPICS, ...WAREHOUSE_TOPICS].map(topic => ({ topic, partitions: 3 })),
  // One partition: dead letters of one service keep the order in which they died, and are redriven in it.
  ...CONSUMERS.flatMap(service => [
    { topic: `dead.${service}`, partitions: 1 },
    { topic: `retry.${service}`, partitions: 1 },
  ]),
]
