/**
 * Faults of calls: a service or an outside party is slow, failing, or does the work and never answers.
 */
import { z } from 'zod'
import { duration } from './duration.ts'
import { atRate, atSite, type FaultKind, parameters, window } from './fault-kind.ts'

const status = z
  .number({ error: 'should be an HTTP status from 400 to 599' })
  .int()
  .min(400, 'should be an HTTP status from 400 to 599')
  .max(599, 'should be an HTTP status from 400 to 599')

export const requestFaults: readonly FaultKind[] = [
  {
    kind: 'error',
    title: 'handler error',
    what: 'A call the handler makes fails so many times in a row: a statement (busy, full, io), a send, or a request (a status).',
    forms: {
      site: atSite({
        when: z.enum(['busy', 'full', 'io'], { error: 'should be busy, full or io' }).optional(),
        status: status.optional(),
        by: duration.optional(),
      }),
      rate: atRate({
        when: z.enum(['busy', 'full', 'io'], { error: 'should be busy, full or io' }).optional(),
        status: status.optional(),
        by: duration.optional(),
      }),
    },
    examples: [
      'error:inventory/update stock order-7/OrderPlaced?times=3',
      'error:payments/request POST psp order-7?status=500',
    ],
    wild: 'A locked row, a failover of the database, a dependency that answers 500 now and then, one message that always fails.',
    says: 'KafkaJS retries the batch from the failed message (5 retries, exponential), then crashes and restarts the consumer; the partition waits meanwhile.',
    signal: 'Error logs, consumer crashes; lag while it lasts.',
    shownByLag: 'yes',
  },
  {
    kind: 'slow',
    title: 'service or party slow',
    what: 'Each message or request handed to it takes so much longer.',
    forms: { window: window({ by: duration.default(1000) }) },
    examples: ['slow:search@10s+30s?by=2s', 'slow:psp@5s+30s?by=8s'],
    wild: 'A missing index, a cold cache, a provider at its limit, a noisy neighbour.',
    says: 'KafkaJS sends no heartbeat during a handler: one slower than the session timeout loses its partitions.',
    signal: 'Lag grows steadily; latency percentiles.',
    shownByLag: 'yes',
  },
  {
    kind: 'failing',
    title: 'party answers with errors',
    what: 'The party (or service) answers this status without doing the work: 400, 402, 429 with a wait, 500, 503.',
    forms: {
      window: window({
        status: status.default(503),
        share: parameters.rate.optional(),
        by: duration.optional(),
      }),
    },
    examples: ['failing:psp@5s+30s?status=503', 'failing:psp@5s+30s?status=429&by=2s'],
    wild: 'A provider’s incident, a rate limit, a rejected request.',
    says: '4xx (but 408, 425 and 429) will fail again; 5xx and 429 may be retried, 429 after Retry-After.',
    signal: 'Error rate of outgoing calls; lag if the consumer waits for them.',
    shownByLag: 'yes',
  },
  {
    kind: 'timeout-after',
    title: 'party times out after doing the work',
    what: 'The party does the work and never answers; the caller times out.',
    forms: { window: window({ share: parameters.rate.optional() }) },
    examples: ['timeout-after:psp@5s+20s'],
    wild: 'A provider whose front end gives up before its back end, a proxy that drops slow replies.',
    says: 'Only an idempotency key, honoured by the far side, makes the retry safe.',
    signal: 'Timeouts at the caller; a reconciliation with the provider’s own records.',
    shownByLag: 'late',
  },
]
