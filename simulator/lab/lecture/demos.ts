/**
 * Six demos for a lecture: each a run of the lab at the moment that matters, and what to say about it. A test executes them all and
 * looks whether what is promised happens.
 */
import { type Plan, parseFault } from '#simulator/faults/plan.ts'
import type { LabLink } from '../lab/lab-link.ts'

export interface Demo {
  readonly name: string
  readonly title: string
  /** What the class should look at, in one line. */
  readonly watch: string
  /** What to say, in one line. */
  readonly notes: string
  /** The run, at the moment that is talked about. */
  readonly link: LabLink & { readonly at: number }
}

const NO_FAULT = planOf()

export const DEMOS: readonly Demo[] = [
  {
    name: 'dual-write',
    title: 'A dual write loses an order',
    watch: 'The order is committed, the process dies before it publishes: no consumer will ever hear of it.',
    notes:
      'Ask which of the two writes should come first; then show that the other order invents orders. An outbox makes them one.',
    link: {
      scenario: { kind: 'exercise', exercise: '09-outbox', answer: 'starter' },
      plan: planOf('crash:orders/commit order-1/place#1'),
      at: 9,
      subject: 'order-1',
      comparedWith: NO_FAULT,
    },
  },
  {
    name: 'duplicate',
    title: 'A duplicate doubles a sale',
    watch: 'The same OrderPlaced is delivered twice, and both times the week’s sales go up.',
    notes:
      'Lag stays at zero and nothing fails: ask how anybody would notice. Then ask what makes two events the same.',
    link: {
      scenario: { kind: 'exercise', exercise: '12-idempotent-consumer', answer: 'no-dedupe' },
      plan: planOf('duplicate:inventory/deliver order-2/OrderPlaced#1'),
      at: 37,
      subject: 'order-2',
      comparedWith: NO_FAULT,
    },
  },
  {
    name: 'consumer-down',
    title: 'A consumer is down, and catches up',
    watch:
      'Search is away for 30 s: its lag climbs, what it shows is wrong, and within milliseconds all is well again.',
    notes:
      'Let the class guess first how many orders are lost. None: the log waits. What did shoppers see meanwhile?',
    link: {
      scenario: { kind: 'shop', orders: 12 },
      plan: planOf('down:search@2s+30s'),
      at: 2347,
    },
  },
  {
    name: 'poison',
    title: 'A poison message blocks a partition',
    watch:
      'One message cannot be read: the consumer dies of it again and again, and bob waits behind alice for good.',
    notes:
      'Scaling out does not help: one partition, one owner. What should happen to the message, and to alice’s next one?',
    link: {
      scenario: { kind: 'exercise', exercise: '14-dead-letters', answer: 'block-on-poison' },
      plan: planOf('poison:accounts/deliver alice/Deposited#1'),
      at: 22,
      comparedWith: NO_FAULT,
    },
  },
  {
    name: 'zombie',
    title: 'A zombie writes after a rebalance',
    watch:
      'The frozen consumer lost its partition to inventory-2 half a minute ago; it wakes up and commits all the same.',
    notes:
      'It had looked for the event before it froze, and found nothing. Only the database, with a unique key, can refuse it now.',
    link: {
      scenario: { kind: 'exercise', exercise: '12-idempotent-consumer', answer: 'check-then-act' },
      plan: planOf('second-instance:inventory@0s', 'pause:inventory/deliver order-2/OrderPlaced#1'),
      at: 46,
      subject: 'order-2',
      comparedWith: planOf('second-instance:inventory@0s'),
    },
  },
  {
    name: 'read-your-own-write',
    title: 'Reading your own write',
    watch: 'The new price of chai was accepted 5 s ago; the search answers 200, with the old one.',
    notes:
      'Nothing is broken, every guarantee holds. Collect remedies: wait for a position, read from the writer, say "pending".',
    link: {
      scenario: { kind: 'shop', orders: 16 },
      plan: planOf('hold:search/deliver chai/ProductChanged#1?by=20s'),
      at: 2273,
    },
  },
]

/** @param faults in short form, as in a link */
function planOf(...faults: readonly string[]): Plan {
  return { seed: 1, faults: faults.map(fault => parseFault(fault, 'demo', undefined)) }
}
