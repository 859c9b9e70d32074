/**
 * Where the orders service keeps its orders: an event store that publishes what it stores.
 */
import type { Envelope } from '#work/02-event-envelope/envelope.ts'

export interface OrderStore {
  /** The events of an order in their order, and the version to expect when appending to it; 0 when there are none. */
  read(orderId: string): { events: Envelope[]; version: number }
  /**
   * Stores the events of an order, all or none, and sees to it that every one of them gets into the topic `order.events`
   * with the order's id as its key. When it resolves, the caller tells the customer that it is done.
   * @throws ExpectedVersionConflictError when the order does not have the expected version
   */
  append(orderId: string, expectedVersion: number, events: readonly Envelope[]): void | Promise<void>
}
