/**
 * What clients ask of the orders, and what follows from it. Small on purpose: exercise 03 is about deciding, this one about storing.
 */
import type { NewEvent, RecordedEvent } from './contract.ts'

export interface Command {
  /** The client's name for it; a repetition has the same. */
  readonly id: string
  readonly type: 'PlaceOrder' | 'ShipOrder' | 'CancelOrder' | 'AddNote'
  readonly order: string
  /** The version its sender has on the screen (`If-Match`): the append expects it, unread. */
  readonly ifVersion?: number
  /** Decides and appends in one transaction with the invoice. */
  readonly hasInvoice?: boolean
}

/** The command's own events are there already: this is a repetition. */
export function isRepetition(command: Command, events: readonly RecordedEvent[]): boolean {
  return events.some(({ metadata }) => metadata?.command === command.id)
}

/** What follows from a command; nothing when the order does not allow it. */
export function decide(command: Command, events: readonly Pick<RecordedEvent, 'type'>[]): NewEvent[] {
  const { id, order, type } = command
  const has = (...types: string[]) => events.some(event => types.includes(event.type))
  const all = (...facts: [type: string, data: unknown][]): NewEvent[] =>
    facts.map(([fact, data], index) => ({
      id: `${id}/${index + 1}`,
      type: fact,
      data,
      metadata: { command: id },
    }))
  switch (type) {
    case 'PlaceOrder': {
      if (has('OrderPlaced')) return []
      const lines = [
        { productId: 'chai', quantity: 2 },
        { productId: '0042', quantity: 1 },
      ]
      return all(
        ['OrderPlaced', { order, customer: { name: `Žofie "Zo" O'Hara`, vip: false, coupon: null }, lines }],
        ['PaymentRequested', { amountCents: 1999, rate: 0.1, reference: '00123' }],
        ['StockRequested', { lines: [] }],
      )
    }
    case 'ShipOrder':
      return has('OrderShipped', 'OrderCancelled') ? [] : all(['OrderShipped', { carrier: 'post' }])
    case 'CancelOrder':
      return has('OrderShipped', 'OrderCancelled')
        ? []
        : all(['OrderCancelled', { reason: '' }], ['RefundRequested', null])
    case 'AddNote':
      return all(['NoteAdded', { text: 'ring twice\n' }])
  }
}
