/**
 * Exercise 13: search comes out the same in whatever order its events arrive, and what never fits is reported.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  type FaultFamily,
  hold,
  pause,
  sendFails,
  statementFails,
} from '#simulator/explore/families.ts'
import type { Service } from '#simulator/service.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import { type Delivery, watched } from './check/deliveries.ts'
import { createProducers, MINUTE_MS, TOPICS, untilRedriven } from './check/events.ts'
import {
  countsOnce,
  holdsNobodyUp,
  keepsOrder,
  reportsUnknown,
  showsNewestVersion,
} from './check/guarantees.ts'

export default defineCheck({
  exercise: '13-out-of-order',
  goal: 'Search comes out the same in whatever order its events arrive, and what never fits is reported.',
  slot: {
    file: 'search.ts',
    exports: [
      {
        name: 'search',
        type: 'function',
        shape:
          'an async function that takes the host: export const search: Service = async ({ kafka, db }) => { … }',
      },
      {
        name: 'keyOf',
        type: 'function',
        shape: 'a function from an event to its key: export function keyOf(event: Envelope): string { … }',
      },
    ],
  },
  scenario(load) {
    const deliveries: Delivery[] = []
    const { catalog, workload, complaints } = createProducers(load)
    return {
      name: '13-out-of-order',
      topics: TOPICS,
      services: [
        { name: 'search', service: host => (load().search as Service)(watched(host, deliveries)) },
        { name: 'catalog', service: catalog },
      ],
      parties: {},
      workload,
      guarantees: [
        showsNewestVersion,
        countsOnce,
        reportsUnknown(deliveries),
        keepsOrder(deliveries, complaints),
        holdsNobodyUp(deliveries),
      ],
    }
  },
  // What breaks under these depends on the mistake; under the others also on how the code is laid out.
  probes: [
    'hold',
    'send-fails',
    'clock-skew',
    'duplicate-at-once',
    'duplicate-concurrently',
    'duplicate-later',
    'crash',
    'statement-fails',
    'send-fails-6-times',
  ],
  families: [
    // Another partition or another topic is ahead; a producer's second attempt comes after its next send.
    hold('search', 4 * MINUTE_MS),
    { ...sendFails('catalog'), title: 'a send of the catalog fails once' },
    during('clock-skew', 'clock of the catalog set back', [
      { kind: 'clock-skew', service: 'catalog', from: 0, for: 120, by: 5000 },
    ]),
    // After a restart and at another owner a delivery comes again as well: crash and pause see to that.
    // A product that comes twice in a row changes nothing that it would not change a week later.
    ordersOnly(duplicate('search', 'at-once')),
    ordersOnly(duplicate('search', 'concurrently')),
    ordersFirst(duplicate('search', 'later')),
    except(['deliver', 'handled', 'create'], crash('search')),
    except(['select', 'create'], statementFails('search')),
    { ...once(sendFails('search', 6)), title: 'a report fails 6 times' },
    ackLost('search'),
    except(['handled'], pause('search')),
    during('down', 'consumer down', [{ kind: 'down', service: 'search', from: 103, for: 60_000 }]),
    during('down-for-a-day', 'consumer down for a day', [
      { kind: 'down', service: 'search', from: 50, for: 86_400_000 },
    ]),
    during('slow', 'consumer slow', [{ kind: 'slow', service: 'search', from: 0, for: 60_000, by: 40_000 }]),
    during('second-instance', 'two instances', [
      { kind: 'second-instance', service: 'search', from: 0, for: 30 * MINUTE_MS },
    ]),
    rebalance('search'),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: 'search', from: 50, for: 20_000 },
    ]),
    during('broker-down', 'broker down', [
      { kind: 'broker-down', service: 'kafka', from: 402, for: 600_000 },
    ]),
  ].map(untilRedriven),
})

/** The family without sites that add nothing but time: they end, or begin, where another does. */
function except(operations: readonly string[], family: FaultFamily): FaultFamily {
  const isLeftOut = ({ base }: VisitedSite) => operations.some(operation => base.includes(`/${operation} `))
  return { ...family, faults: sites => family.faults(sites.filter(site => !isLeftOut(site))) }
}

const isOrder = ({ base }: VisitedSite) => base.includes('/OrderC')

function ordersOnly(family: FaultFamily): FaultFamily {
  return { ...family, faults: sites => family.faults(sites.filter(isOrder)) }
}

/** An answer that fails without any fault is tried with the first fault of a family only, and orders say more than products. */
function ordersFirst(family: FaultFamily): FaultFamily {
  const isProduct = (site: VisitedSite) => !isOrder(site)
  return { ...family, faults: sites => family.faults([...sites.filter(isOrder), ...sites.filter(isProduct)]) }
}

/** The group rebalances while an order that was confirmed is handled. */
function rebalance(service: string): FaultFamily {
  return {
    name: 'rebalance',
    title: 'rebalance while handling',
    faults: sites =>
      sites
        .filter(site => site.service === service && site.kinds.includes('rebalance'))
        .filter(({ base }) => base.endsWith('/OrderConfirmed'))
        .map(({ base }) => ({ kind: 'rebalance', at: `${base}#1` })),
  }
}

/** Only at the first visit of each site: what fails again and again, for as long as one watches, never gets done. */
function once(family: FaultFamily): FaultFamily {
  return { ...family, faults: sites => family.faults(sites.map(site => ({ ...site, visits: 1 }))) }
}
