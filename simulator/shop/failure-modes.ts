/**
 * The failure modes that the demo shows, at least one for each kind of fault in the catalogue.
 */
export interface FailureMode {
  /** As a person would say it. */
  readonly title: string
  /** Faults in short form, for the generated workload of 12 orders under seed 1. */
  readonly faults: readonly string[]
}

export const FAILURE_MODES: readonly FailureMode[] = [
  { title: 'nothing fails', faults: [] },
  { title: 'crash before the commit', faults: ['crash:inventory/commit order-1/OrderPlaced?when=before'] },
  { title: 'crash after it, offset not committed', faults: ['crash:inventory/commit order-1/OrderPlaced'] },
  { title: 'crash between database and broker', faults: ['crash:orders/commit place-order-2'] },
  {
    title: 'crash in the middle of an append',
    faults: ['crash:orders/insert events order-4/PaymentAuthorized#1'],
  },
  {
    title: 'crash while a relay publishes',
    faults: ['crash:payments/send order-1/PaymentAuthorized?when=before'],
  },
  {
    title: 'three in ten messages delivered twice',
    faults: [
      'duplicate:orders=0.3',
      'duplicate:inventory=0.3',
      'duplicate:payments=0.3',
      'duplicate:search=0.3',
      'duplicate:analytics=0.3',
      'duplicate:warehouse=0.3',
    ],
  },
  {
    title: 'the same message at the same time',
    faults: ['duplicate:payments/deliver order-1/OrderPlaced?when=concurrently'],
  },
  {
    title: 'the same message a day later',
    faults: [
      'duplicate:notifications/deliver order-1/PaymentAuthorized?when=later',
      'duplicate:search/deliver order-1/OrderConfirmed?when=later',
    ],
  },
  { title: 'consumer down', faults: ['down:search@2s+30s'] },
  { title: 'consumer slow', faults: ['slow:analytics@1s+20s?by=2s'] },
  {
    title: 'consumer errors repeatedly',
    faults: ['error:inventory/insert reservations order-3/OrderPlaced?times=4'],
  },
  { title: 'poison message', faults: ['poison:inventory/deliver order-3/OrderPlaced'] },
  { title: 'poison message in payments', faults: ['poison:payments/deliver order-3/OrderPlaced'] },
  {
    title: 'products arrive after their orders',
    faults: [
      'hold:search/deliver chai/ProductListed?by=20s',
      'hold:inventory/deliver honey/ProductListed?by=20s',
    ],
  },
  { title: 'zombie: frozen, then back', faults: ['pause:inventory@2s+60s'] },
  { title: 'rebalance while handling', faults: ['rebalance:payments/deliver order-1/OrderPlaced'] },
  { title: 'two relays on one outbox', faults: ['second-instance:relay@0s'] },
  { title: 'acknowledgement of a send lost', faults: ['ack-lost:relay/send order-2/OrderPlaced'] },
  { title: 'broker down', faults: ['broker-down:kafka@2s+20s'] },
  { title: 'service cut off from the network', faults: ['disconnected:orders@2s+45s'] },
  { title: 'database busy', faults: ['database-busy:inventory@2s+5s'] },
  { title: 'disk full', faults: ['disk-full:orders@2s+5s'] },
  {
    title: 'payment provider refuses, then slow',
    faults: ['failing:psp@1s+5s?status=429&by=2s', 'slow:psp@6s+30s?by=8s'],
  },
  { title: 'provider charges, but never answers', faults: ['timeout-after:psp@0s+10s'] },
  { title: 'clock five seconds behind', faults: ['clock-skew:payments@0s+60s?by=-5s'] },
  { title: 'events change shape in mid-run', faults: ['schema-change:orders@3s'] },
  { title: 'rows of an earlier version', faults: ['old-data:orders'] },
  { title: 'broker loses an acknowledged message', faults: ['lost-write:relay/send order-2/OrderPlaced'] },
  {
    title: 'retention overtakes a consumer',
    faults: ['down:analytics@2s+30s', 'retention:order.events@20s'],
  },
]
