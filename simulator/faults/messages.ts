/**
 * Faults between services and Kafka: messages come twice, late, unreadable or not at all; the broker is away.
 */
import { z } from 'zod'
import { duration } from './duration.ts'
import { atRate, atSite, type FaultKind, parameters, window } from './fault-kind.ts'

const redelivery = z
  .enum(['at-once', 'concurrently', 'after-restart', 'later', 'other-owner'], {
    error: 'should be at-once, concurrently, after-restart, later or other-owner',
  })
  .default('at-once')

export const messageFaults: readonly FaultKind[] = [
  {
    kind: 'duplicate',
    title: 'duplicate delivery',
    what: 'The message is handled again: at once, concurrently, after a restart, a day later, or by another owner of the partition.',
    forms: {
      site: atSite({ when: redelivery, by: duration.optional() }),
      rate: atRate({ when: redelivery, by: duration.optional() }),
    },
    examples: [
      'duplicate:inventory=0.2',
      'duplicate:inventory/deliver order-7/OrderPlaced?when=after-restart',
    ],
    wild: 'A crash or rebalance between the effect and the offset commit, a producer retry without idempotence, offsets reset by an operator, a dead letter redriven the next day.',
    says: 'Delivery is at least once unless offsets and effects commit together; enable.idempotence stops only the producer’s own retries.',
    signal: 'None by itself: offsets and lag look perfect.',
    shownByLag: 'no',
  },
  {
    kind: 'hold',
    title: 'message held back',
    what: 'The message (and what follows it in its partition, or what the caller does next) waits, while other partitions and services go on.',
    forms: { site: atSite({ by: duration.default(5000) }), rate: atRate({ by: duration.default(5000) }) },
    examples: ['hold:inventory/deliver order-7/OrderPlaced?by=30s', 'hold:payments=0.1?by=2s'],
    wild: 'A slow broker or network path, a consumer that is behind on one partition, a relay that is stuck on one row.',
    says: 'Order holds within a partition only. Between partitions and topics there is none, so whatever is held back is overtaken.',
    signal: 'Lag on one partition.',
    shownByLag: 'yes',
  },
  {
    kind: 'ack-lost',
    title: 'acknowledgement lost',
    what: 'The far side did what was asked, but the reply never arrives: the caller sees a timeout and cannot know.',
    forms: { site: atSite({}), rate: atRate({}) },
    examples: ['ack-lost:relay/send order-7/OrderPlaced', 'ack-lost:payments=0.1'],
    wild: 'A connection that breaks after the request was written, a leader that fails after appending, a proxy timeout.',
    says: 'A timed-out request is indefinite, not failed. With enable.idempotence the broker recognises the producer’s retry; without it the message is in the log twice.',
    signal: 'Producer retries and request timeouts.',
    shownByLag: 'no',
  },
  {
    kind: 'lost-write',
    title: 'lost write',
    what: 'The broker acknowledges the message and loses it.',
    forms: { site: atSite({}), rate: atRate({}) },
    examples: ['lost-write:relay/send order-7/OrderPlaced'],
    wild: 'A leader that fails before its followers have copied the message, with acks=1; or an unclean leader election.',
    says: 'acks=all together with min.insync.replicas of at least 2 and unclean.leader.election.enable=false prevents it; acks=all alone does not.',
    signal: 'Only a comparison of the source with the log; lag stays zero.',
    shownByLag: 'no',
    destroysData: true,
  },
  {
    kind: 'poison',
    title: 'poison message',
    what: 'For this service the message arrives unreadable, at every delivery, until the fault is healed (a fixed decoder is deployed).',
    forms: { site: atSite({ times: parameters.times.default(1_000_000) }) },
    examples: ['poison:inventory/deliver order-7/OrderPlaced'],
    wild: 'A decoder with a bug, a schema the registry no longer knows, a message cut off by a proxy of the consumer.',
    says: 'Kafka keeps delivering it: without a dead-letter policy the partition stands still behind it.',
    signal: 'Lag on one partition that never shrinks; or the depth of the dead-letter topic.',
    shownByLag: 'yes',
  },
  {
    kind: 'broker-down',
    title: 'broker down',
    what: 'No request to Kafka succeeds during the window; nothing that was acknowledged is lost.',
    forms: {
      window: z.strictObject({
        service: z.literal('kafka', { error: 'should be kafka' }).default('kafka'),
        from: parameters.from.default(0),
        for: parameters.for.optional(),
      }),
    },
    examples: ['broker-down:kafka@10s+30s'],
    wild: 'A broker restart with a single replica, a lost network path, a full broker disk.',
    says: 'Clients retry; a producer’s request fails for good when delivery.timeout.ms (in KafkaJS: its retries) is used up.',
    signal: 'Connection errors; the outbox grows; lag cannot even be measured.',
    shownByLag: 'late',
  },
  {
    kind: 'disconnected',
    title: 'service disconnected',
    what: 'The service runs but reaches neither Kafka nor any other service, nor is it reached.',
    forms: { window: window({}) },
    examples: ['disconnected:inventory@10s+60s'],
    wild: 'A network partition, a firewall rule, an exhausted connection pool.',
    says: 'Its session times out and its partitions go to others; it learns of that only when it reconnects.',
    signal: 'Lag grows; the process itself looks healthy.',
    shownByLag: 'yes',
  },
  {
    kind: 'rebalance',
    title: 'rebalance while handling',
    what: 'The group rebalances while a message is being handled; what was not committed comes again.',
    forms: {
      site: atSite({}),
      window: z.strictObject({ service: parameters.service, from: parameters.from.default(0) }),
    },
    examples: ['rebalance:inventory/deliver order-7/OrderPlaced', 'rebalance:inventory@10s'],
    wild: 'Scaling, deployments, a handler slower than the session timeout, new partitions.',
    says: 'With the classic protocol every member stops, rejoins and resumes from the committed offsets.',
    signal: 'The rebalance rate; a dip in throughput.',
    shownByLag: 'late',
  },
  {
    kind: 'retention',
    title: 'retention overtakes lag',
    what: 'The topic deletes records older than an age, read or not; a consumer behind them is out of range and starts elsewhere.',
    forms: {
      window: z.strictObject({ service: parameters.service, from: parameters.from, by: duration.default(0) }),
    },
    examples: ['retention:order.events@40s?by=10s'],
    wild: 'A consumer that was down over a long weekend; retention.bytes reached by a burst.',
    says: 'Retention does not look at consumers. auto.offset.reset (in KafkaJS: fromBeginning) decides where the reader goes on; the gap is silent.',
    signal: 'An offset-out-of-range error in the client log; lag jumps to zero, which looks like good news.',
    shownByLag: 'no',
    destroysData: true,
  },
]
