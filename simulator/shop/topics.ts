/**
 * The shop's topics.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'

/** What services tell each other. Key: the order's id, and for product.events the product's. */
export const EVENT_TOPICS = ['order.events', 'payment.events', 'stock.events', 'product.events'] as const
export type EventTopic = (typeof EVENT_TOPICS)[number]

/** Services with a dead-letter and a retry topic of their own; each is also the name of its consumer group. */
export const CONSUMERS = ['orders', 'payments', 'inventory', 'notifications', 'search', 'analytics'] as const

export const TOPICS: Scenario['topics'] = [
  ...EVENT_TOPICS.map(topic => ({ topic, partitions: 3 })),
  // One partition: dead letters of one service keep the order in which they died, and are redriven in it.
  ...CONSUMERS.flatMap(service => [
    { topic: `dead.${service}`, partitions: 1 },
    { topic: `retry.${service}`, partitions: 1 },
  ]),
]
