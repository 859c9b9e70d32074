/**
 * What no run can say about the failure modes of the shop: where they strike, whether anybody can tell, what prevents harm and
 * how to repair it. Written by people, and marked so wherever it is shown.
 */
export type Cause =
  | 'crash'
  | 'outage'
  | 'lost ack'
  | 'lost write'
  | 'duplicate'
  | 'reorder'
  | 'overlap'
  | 'slow'
  | 'error'
  | 'poison'
  | 'old data'
  | 'clock'
  | 'operator'

export interface Note {
  /** The flow step or interaction. */
  readonly step: string
  /**
   * What the one who asked can know at the time. known: whether it was done; ambiguous: it was done or it was not;
   * silent: nobody is told that anything happened.
   */
  readonly known: 'known' | 'ambiguous' | 'silent'
  readonly why: string
  /** The mechanism that keeps the promise, and the files in which it lives. */
  readonly prevention: string
  readonly files: readonly string[]
  /** What is left to be done, and whether that may be repeated. */
  readonly repair: string
}

/** The class of cause for each kind of fault in the catalogue. */
export const CAUSES: Readonly<Record<string, Cause>> = {
  crash: 'crash',
  down: 'outage',
  pause: 'overlap',
  'clock-skew': 'clock',
  'second-instance': 'overlap',
  'schema-change': 'operator',
  'old-data': 'old data',
  duplicate: 'duplicate',
  hold: 'reorder',
  'ack-lost': 'lost ack',
  'lost-write': 'lost write',
  poison: 'poison',
  'broker-down': 'outage',
  disconnected: 'outage',
  rebalance: 'overlap',
  retention: 'operator',
  error: 'error',
  slow: 'slow',
  failing: 'error',
  'timeout-after': 'lost ack',
  'database-busy': 'error',
  'disk-full': 'error',
  conflict: 'overlap',
  'late-commit': 'reorder',
}

const NOTHING_LEFT = 'Nothing is left to do: the message comes again by itself, as often as it takes.'

/** By the title of the failure mode. */
export const NOTES: Readonly<Record<string, Note>> = {
  'crash before the commit': {
    step: 'Kafka → inventory → its database',
    known: 'known',
    why: 'The transaction is rolled back and the offset is not committed: nothing was done.',
    prevention:
      'Effect, inbox row and follow-up messages are one transaction; the offset is committed only after it.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair: NOTHING_LEFT,
  },
  'crash after it, offset not committed': {
    step: 'Kafka → inventory → its database',
    known: 'ambiguous',
    why: 'The uncommitted offset does not say whether the effect happened; only the inbox row does.',
    prevention: 'The event’s id is a primary key in the inbox, written in the transaction of the effect.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair: NOTHING_LEFT,
  },
  'crash between database and broker': {
    step: 'orders → its database → Kafka',
    known: 'ambiguous',
    why: 'The client gets no answer, and the order is stored all the same.',
    prevention:
      'The messages are rows of the outbox, written in the transaction of the order; the relay sends them after the restart.',
    files: ['solutions/09-outbox/order-store.ts', 'solutions/17-idempotency-keys/idempotency.ts'],
    repair: 'Nothing is left to do: the client asks again with its key and gets the stored answer.',
  },
  'crash in the middle of an append': {
    step: 'Kafka → orders → its event store',
    known: 'known',
    why: 'The transaction is rolled back: of the two events neither is there.',
    prevention: 'All events of a decision are appended in one transaction, with their outbox rows.',
    files: ['solutions/05-event-store/event-store.ts', 'solutions/09-outbox/order-store.ts'],
    repair: NOTHING_LEFT,
  },
  'crash while a relay publishes': {
    step: 'outbox of payments → relay → Kafka',
    known: 'ambiguous',
    why: 'Whether the broker has the message is not known to the outbox.',
    prevention:
      'A row is ticked off only after the broker has confirmed it; until then it is sent again, with the same id.',
    files: ['solutions/10-relay/relay.ts'],
    repair: 'Nothing is left to do: whoever gets it twice recognises the id.',
  },
  'three in ten messages delivered twice': {
    step: 'Kafka → orders, inventory, payments, search, analytics, warehouse',
    known: 'silent',
    why: 'A second delivery looks like a first one.',
    prevention:
      'A lifecycle that takes a repeated fact for what it is, an inbox in inventory, search and the warehouse, one payment for each order in payments, facts keyed by event and line in analytics.',
    files: [
      'solutions/03-order-lifecycle/order.ts',
      'solutions/12-idempotent-consumer/inventory.ts',
      'solutions/18-choreography/inventory.ts',
      'solutions/18-choreography/payments.ts',
      'solutions/15-projections/analytics.ts',
    ],
    repair:
      'Nothing is left to do. Where it was not prevented: rebuild the read model from the log, pay back what was charged twice.',
  },
  'the same message at the same time': {
    step: 'Kafka → payments → payment provider',
    known: 'silent',
    why: 'Each of the two handlers takes itself for the only one.',
    prevention:
      'The payment’s primary key decides which of them begins, and both calls carry the same idempotency key.',
    files: ['solutions/18-choreography/payments.ts', 'solutions/18-choreography/provider.ts'],
    repair:
      'Nothing is left to do. Where it was not prevented: pay back, with an idempotency key of its own.',
  },
  'the same message a day later': {
    step: 'Kafka → notifications → mail provider; Kafka → search',
    known: 'silent',
    why: 'A delivery does not say that it is a repetition.',
    prevention:
      'Sent mails and counted orders are remembered without an expiry, and the provider is given the same key again.',
    files: ['simulator/shop/notifications.ts', 'solutions/13-out-of-order/search.ts'],
    repair:
      'Nothing is left to do. Where it was not prevented there is no repair: a mail cannot be taken back.',
  },
  'consumer down': {
    step: 'Kafka → search',
    known: 'known',
    why: 'Health checks and lag say so, and nothing is lost as long as retention keeps it.',
    prevention: 'Offsets are committed only after the effect, and the log keeps what is unread.',
    files: ['solutions/13-out-of-order/search.ts'],
    repair: 'Start it again; it catches up by itself.',
  },
  'consumer slow': {
    step: 'Kafka → analytics',
    known: 'known',
    why: 'Lag says so, and every message is handled in the end.',
    prevention: 'Handling may be repeated, so that a lost session would cost time and nothing else.',
    files: ['solutions/15-projections/analytics.ts', 'solutions/14-dead-letters/consume.ts'],
    repair: 'Wait, or add instances, up to one for each partition.',
  },
  'consumer errors repeatedly': {
    step: 'inventory → its database',
    known: 'known',
    why: 'The statement fails and the transaction is rolled back: nothing was done.',
    prevention: 'What will heal is thrown to KafkaJS, which tries again while the partition waits.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair: NOTHING_LEFT,
  },
  'poison message': {
    step: 'Kafka → inventory',
    known: 'known',
    why: 'The message is refused before anything is done.',
    prevention: 'What cannot be read goes to dead.inventory, and the partition goes on.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair:
      'Redrive it once the decoder is mended (simulator/shop/redrive.ts); may be repeated, as the consumer is idempotent.',
  },
  'poison message in payments': {
    step: 'Kafka → payments',
    known: 'known',
    why: 'The message is refused before anything is done.',
    prevention:
      'What cannot be read goes to dead.payments, later messages of its key join it there, and the partition goes on.',
    files: ['solutions/14-dead-letters/consume.ts'],
    repair:
      'Redrive the key’s messages in their order once the decoder is mended (simulator/shop/redrive.ts); may be repeated.',
  },
  'products arrive after their orders': {
    step: 'catalog → Kafka → search, inventory',
    known: 'silent',
    why: 'Between topics there is no order, and nobody says that one was overtaken.',
    prevention:
      'Search parks the units of products it does not know; inventory lets the reservation wait for its product.',
    files: ['solutions/13-out-of-order/search.ts', 'solutions/18-choreography/stock.ts'],
    repair: 'Nothing is left to do: what was parked is taken up when the product arrives.',
  },
  'zombie: frozen, then back': {
    step: 'Kafka → inventory → its database',
    known: 'ambiguous',
    why: 'The frozen process learns only from its refused commit that its partitions were taken from it.',
    prevention: 'The inbox’s primary key decides, whoever handles the message and whenever.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair: NOTHING_LEFT,
  },
  'rebalance while handling': {
    step: 'Kafka → payments → payment provider',
    known: 'ambiguous',
    why: 'The charge may have been made when the offset commit is refused.',
    prevention: 'One payment row for each order, and the same idempotency key for every call about it.',
    files: ['solutions/18-choreography/payments.ts', 'solutions/18-choreography/provider.ts'],
    repair: NOTHING_LEFT,
  },
  'two relays on one outbox': {
    step: 'orders outbox → relay → Kafka',
    known: 'silent',
    why: 'Each relay takes itself for the only one, and Kafka takes what both send.',
    prevention:
      'Each relay begins at the lowest unsent row, so events are repeated but never overtaken; consumers know an event by its id.',
    files: ['solutions/10-relay/relay.ts'],
    repair: 'Nothing is left to do: consumers drop what they have had.',
  },
  'acknowledgement of a send lost': {
    step: 'relay → Kafka',
    known: 'ambiguous',
    why: 'A timeout does not say whether the broker has the message.',
    prevention:
      'The row stays unsent and is sent again; the idempotent producer lets the broker drop its own retries, ids the rest.',
    files: ['solutions/10-relay/relay.ts'],
    repair: 'Nothing is left to do: the relay sends again until it is told.',
  },
  'broker down': {
    step: 'every service ↔ Kafka',
    known: 'ambiguous',
    why: 'What is refused was not done; of a request on its way when the broker went nobody knows.',
    prevention: 'Events wait in the outbox, and the relay sends them when there is a broker again.',
    files: ['solutions/09-outbox/order-store.ts', 'solutions/10-relay/relay.ts'],
    repair: 'Nothing is left to do: what has piled up is sent.',
  },
  'service cut off from the network': {
    step: 'gateway → orders ↔ Kafka',
    known: 'ambiguous',
    why: 'A request that gets no answer may have been carried out: the gateway’s 503 says just that.',
    prevention: 'The client repeats its request with the same idempotency key and gets the first answer.',
    files: ['solutions/17-idempotency-keys/idempotency.ts', 'simulator/shop/gateway.ts'],
    repair: 'Nothing is left to do as long as the client repeats.',
  },
  'database busy': {
    step: 'inventory → its database',
    known: 'known',
    why: 'SQLITE_BUSY means that nothing was written.',
    prevention: 'What will heal is thrown to KafkaJS, which tries again; it is no dead letter.',
    files: ['solutions/18-choreography/inventory.ts'],
    repair: NOTHING_LEFT,
  },
  'disk full': {
    step: 'gateway → orders → its database',
    known: 'known',
    why: 'SQLITE_FULL means that the transaction was not committed, and the client is told to come back.',
    prevention: 'Events, outbox rows and the stored answer are one transaction: all there, or none.',
    files: ['solutions/09-outbox/order-store.ts', 'solutions/17-idempotency-keys/idempotency.ts'],
    repair: 'Free some space; the client’s repetition does the rest.',
  },
  'payment provider refuses, then slow': {
    step: 'payments → payment provider',
    known: 'ambiguous',
    why: 'A 429 says that nothing was done; a timeout says nothing.',
    prevention:
      'Both are tried again with the same idempotency key, a 429 after Retry-After; neither makes a dead letter.',
    files: ['solutions/18-choreography/provider.ts', 'solutions/14-dead-letters/consume.ts'],
    repair: NOTHING_LEFT,
  },
  'provider charges, but never answers': {
    step: 'payments → payment provider',
    known: 'ambiguous',
    why: 'The charge was made, and the caller sees the same timeout as if it had not been.',
    prevention:
      'The same idempotency key again; and before an order is declined, the question what became of the charge.',
    files: ['solutions/18-choreography/provider.ts', 'solutions/18-choreography/payments.ts'],
    repair: 'Nothing is left to do. To be sure: compare with the provider’s own records.',
  },
  'clock five seconds behind': {
    step: 'payments → Kafka → orders',
    known: 'silent',
    why: 'A wrong time looks like any other.',
    prevention: 'No decision asks a clock: order comes from stream versions and offsets.',
    files: ['solutions/03-order-lifecycle/order.ts', 'solutions/09-outbox/order-store.ts'],
    repair: 'Set the clock; the times that were written stay as they are.',
  },
  'events change shape in mid-run': {
    step: 'orders → Kafka → every reader',
    known: 'silent',
    why: 'Kafka carries bytes and refuses none.',
    prevention:
      'Readers learn the new version before anybody writes it, and bring every older one up to it in one place.',
    files: ['solutions/08-schema-evolution/upcast.ts', 'simulator/shop/execute.ts'],
    repair: 'Nothing is left to do. What could not be read would be among the dead letters, to be redriven.',
  },
  'rows of an earlier version': {
    step: 'orders database → orders, relay → every reader',
    known: 'silent',
    why: 'Old rows are there before anything runs.',
    prevention:
      'Upcasters bring every version that was ever written up to the newest, for replay and for readers.',
    files: ['solutions/08-schema-evolution/upcast.ts'],
    repair: 'Nothing is left to do: the rows stay as they were written.',
  },
  'broker loses an acknowledged message': {
    step: 'relay → Kafka',
    known: 'silent',
    why: 'The relay was told that the message is in the log.',
    prevention:
      'None in a service: acks=all with min.insync.replicas of at least 2, and no unclean leader election. It is noticed by comparing the database with the log.',
    files: ['simulator/shop/guarantees.ts'],
    repair: 'Publish the event again from the event store; may be repeated, as consumers know it by its id.',
  },
  'retention overtakes a consumer': {
    step: 'Kafka → analytics',
    known: 'silent',
    why: 'The consumer goes on with the first message that is left.',
    prevention:
      'None in a service: retention longer than the longest outage, and an alarm while lag nears it. It is noticed by comparing the read model with the log.',
    files: ['simulator/shop/guarantees.ts'],
    repair: 'Rebuild the read model from the event store; may be repeated.',
  },
}
