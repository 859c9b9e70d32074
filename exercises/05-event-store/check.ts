/**
 * Exercise 05: what is decided together is stored together, and of two who decide on the same version only one gets through.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import { ackLost, crash, during, type FaultFamily, statementFails } from '#simulator/explore/families.ts'
import type { Database } from '#simulator/service.ts'
import { guarantees } from './check/guarantees.ts'
import { askTheDesk, type Notes } from './check/workload.ts'
import type { EventStore } from './contract.ts'
import { createDesk, SERVICE } from './order-desk.ts'

/** Reading changes nothing: that it fails has to be tried, but not each time. */
function without(family: FaultFamily, sites: RegExp): FaultFamily {
  return { ...family, faults: visited => family.faults(visited).filter(({ at = '' }) => !sites.test(at)) }
}

export default defineCheck({
  exercise: '05-event-store',
  goal: 'What is decided together is stored together, and of two who decide on the same version only one gets through.',
  slot: {
    file: 'event-store.ts',
    exports: [
      {
        name: 'createEventStore',
        type: 'function',
        shape:
          'a function that takes a database and gives a store: export function createEventStore(db: Database): EventStore { … }',
      },
    ],
  },
  scenario: load => {
    const notes: Notes = {
      followed: new Map(),
      whole: undefined,
      reporter: undefined,
      startFailure: undefined,
      readFailure: undefined,
      isAsync: false,
      answers: new Map(),
      appended: [],
      flaws: [],
    }
    const open = (db: Database) => (load().createEventStore as (db: Database) => EventStore)(db)
    return {
      name: '05-event-store',
      topics: [],
      services: [{ name: SERVICE, service: createDesk(notes, open) }],
      parties: {},
      workload: () => askTheDesk(notes),
      guarantees: guarantees(notes),
    }
  },
  // What breaks under these depends on the mistake; under the others also on when the fault happens to strike.
  probes: ['crash', 'statement-fails', 'second-instance', 'clock-back'],
  families: [
    crash(SERVICE),
    without(statementFails(SERVICE), /\/select .*#([2-9]|\d\d)$/),
    without(ackLost('shopper'), / \/report#/),
    during('second-instance', 'two instances', [{ kind: 'second-instance', service: SERVICE, from: 0 }]),
    during('down', 'service down', [{ kind: 'down', service: SERVICE, from: 100, for: 5000 }]),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: SERVICE, from: 100, for: 5000 },
    ]),
    during('disk-full', 'disk full', [{ kind: 'disk-full', service: SERVICE, from: 100, for: 5000 }]),
    during('clock-back', 'clock set back', [
      { kind: 'clock-skew', service: SERVICE, from: 100, for: 60_000, by: -3_600_000 },
    ]),
  ],
})
