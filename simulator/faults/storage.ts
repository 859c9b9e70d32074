/**
 * Faults of databases and event stores: busy, full, a conflicting writer, a commit that becomes visible late.
 */
import { duration } from './duration.ts'
import { atSite, type FaultKind, window } from './fault-kind.ts'

export const storageFaults: readonly FaultKind[] = [
  {
    kind: 'database-busy',
    title: 'database busy',
    what: 'Every write of the service fails with SQLITE_BUSY during the window.',
    forms: { window: window({}) },
    examples: ['database-busy:inventory@10s+5s'],
    wild: 'A long transaction of another process, a backup, a checkpoint.',
    says: 'SQLite has one writer at a time; beyond busy_timeout the statement fails with SQLITE_BUSY and the transaction can be tried again.',
    signal: 'Error logs; lag while it lasts.',
    shownByLag: 'yes',
  },
  {
    kind: 'disk-full',
    title: 'disk full',
    what: 'Every write of the service fails with SQLITE_FULL during the window; reads work.',
    forms: { window: window({}) },
    examples: ['disk-full:orders@10s+10s'],
    wild: 'Logs, a forgotten volume limit, a table nobody cleans up.',
    says: 'The statement fails with SQLITE_FULL; SQLite may roll the whole transaction back by itself.',
    signal: 'Error logs; commands are refused.',
    shownByLag: 'yes',
  },
  {
    kind: 'conflict',
    title: 'conflicting append',
    what: 'Another writer appends to the stream first, so that the expected version is no longer the actual one.',
    forms: { site: atSite({}) },
    examples: ['conflict:orders/append order-7'],
    wild: 'Two requests for one order at the same time, a retry that overtakes its original.',
    says: 'An event store refuses the append and reports expected and actual version; the caller reloads, decides again, appends again.',
    signal: 'The conflict rate of the store.',
    shownByLag: 'no',
  },
  {
    kind: 'late-commit',
    title: 'late commit',
    what: 'A position in the log is allocated, but becomes visible only later, after higher positions already are.',
    forms: { site: atSite({ by: duration.default(2000) }) },
    examples: ['late-commit:orders/append order-7?by=2s'],
    wild: 'Two overlapping transactions in a database that numbers rows when they are inserted and shows them when they are committed, as PostgreSQL’s sequences do.',
    says: 'A reader that goes on from the highest position it has seen skips the late one for good. SQLite has a single writer and cannot do this.',
    signal: 'None: the reader’s lag is zero and an event is missing.',
    shownByLag: 'no',
  },
]
