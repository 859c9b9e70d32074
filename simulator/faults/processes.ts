/**
 * Faults of processes: they crash, stay down, freeze, see another time, come in two copies or in another version.
 */
import { z } from 'zod'
import { duration, signedDuration } from './duration.ts'
import { atRate, atSite, type FaultKind, parameters, window } from './fault-kind.ts'

const moment = z.enum(['before', 'after'], { error: 'should be before or after' })
const downFor = parameters.for.optional()

export const processFaults: readonly FaultKind[] = [
  {
    kind: 'crash',
    title: 'crash at a site',
    what: 'The process dies at this point: memory, timers and open transactions are gone, committed rows and acknowledged messages stay. A supervisor starts it again.',
    forms: {
      site: atSite({ when: moment.default('after'), for: downFor }),
      rate: atRate({ when: moment.default('after') }),
      window: z.strictObject({ service: parameters.service, from: parameters.from }),
    },
    examples: [
      'crash:inventory/commit order-7/OrderPlaced#1',
      'crash:relay/send order-7/OrderPlaced?when=before',
    ],
    wild: 'An out-of-memory kill, a deployment without graceful shutdown, a node that is lost, an exception nobody caught.',
    says: 'Kafka redelivers whatever the group had not committed; a database rolls back whatever was not committed.',
    signal: 'A restart count; a short rise of lag. What was doubled or lost by the crash shows in neither.',
    shownByLag: 'late',
  },
  {
    kind: 'down',
    title: 'service down',
    what: 'Every process of the service is stopped for the whole window; an outside party refuses connections.',
    forms: { window: window({}) },
    examples: ['down:search@10s+30s', 'down:psp@5s+60s'],
    wild: 'A failed deployment, an exhausted quota, a crash loop, an outage at a provider.',
    says: 'The group expels the member when its session times out; messages wait in the log, for as long as retention keeps them.',
    signal: 'Lag grows and returns to zero; health checks fail.',
    shownByLag: 'yes',
  },
  {
    kind: 'pause',
    title: 'process pause (zombie)',
    what: 'The process freezes at its next await and goes on later as if nothing had happened, while others may have taken over its work.',
    forms: {
      site: atSite({ for: parameters.for.default(60_000) }),
      rate: atRate({ by: duration.default(60_000) }),
      window: window({}),
    },
    examples: ['pause:inventory@5s+60s', 'pause:inventory/insert sales order-7/OrderPlaced#1?for=60s'],
    wild: 'A long garbage collection, a throttled container, a laptop lid, a live-migrated virtual machine.',
    says: 'When the session times out the partitions go to another member; the frozen one finishes its work later and only its offset commit is refused (unknown member or illegal generation).',
    signal: 'Rebalances, commit errors; the doubled effect itself is silent.',
    shownByLag: 'late',
  },
  {
    kind: 'clock-skew',
    title: 'clock skew',
    what: "The service's clock is off by so much during the window; the end of the window is a jump back.",
    forms: { window: window({ by: signedDuration }) },
    examples: ['clock-skew:payments@0s+60s?by=-5s'],
    wild: 'A host without time synchronisation, a paused virtual machine, a correction by NTP.',
    says: 'Message timestamps are the producer’s unless the topic says LogAppendTime; order within a partition is by offset, never by time.',
    signal: 'Events from the future or with negative ages; nothing on the consumer side.',
    shownByLag: 'no',
  },
  {
    kind: 'second-instance',
    title: 'two instances of a service',
    what: 'A second process of the same service runs on the same database: two relays, two writers, two members of the group.',
    forms: { window: window({}) },
    examples: ['second-instance:relay@5s+60s', 'second-instance:inventory@5s'],
    wild: 'Scaling out, a rolling deployment, a leader election that leaves two leaders.',
    says: 'A consumer group shares the partitions out; nothing in Kafka keeps two producers from sending the same rows.',
    signal: 'The number of group members; doubled messages show only downstream.',
    shownByLag: 'no',
  },
  {
    kind: 'schema-change',
    title: 'schema change in mid-run',
    what: 'The service is redeployed as its next version, which writes its events in a new shape; its readers stay as they are.',
    forms: { window: z.strictObject({ service: parameters.service, from: parameters.from.default(0) }) },
    examples: ['schema-change:orders@10s'],
    wild: 'Any deployment that adds, renames or splits a field while old messages are still in the log.',
    says: 'Kafka carries bytes; compatibility is the business of a schema registry or of tolerant readers.',
    signal: 'Dead letters, if the reader notices; wrong values, if it does not.',
    shownByLag: 'no',
  },
  {
    kind: 'old-data',
    title: 'old data',
    what: 'The database already holds rows written by an earlier version of the service when the run starts.',
    forms: { window: z.strictObject({ service: parameters.service }) },
    examples: ['old-data:orders'],
    wild: 'Every event store that lives longer than one release.',
    says: 'Nothing: the log keeps what was written, in the shape in which it was written.',
    signal: 'Failing rehydration, or values that are quietly wrong.',
    shownByLag: 'no',
  },
]
