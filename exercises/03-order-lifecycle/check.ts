/**
 * Exercise 03: every order goes the way that the machine says, whatever comes twice, late or at the same time, and its
 * events alone say what it is.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  type FaultFamily,
  hold,
  statementFails,
} from '#simulator/explore/families.ts'
import type { Party, PartyEntry } from '#simulator/scenario/scenario.ts'
import { createAudit, recordHistories } from './check/audit.ts'
import type { Finding } from './check/comparison.ts'
import { guarantees, type Journal, PARTIES } from './check/guarantees.ts'
import { writeOldOrders } from './check/old-orders.ts'
import { work } from './check/workload.ts'
import { createOrders, type Decider, type Observer } from './orders.ts'

/** A party that takes whatever it is sent. */
function createParty(): Party {
  const ledger: PartyEntry[] = []
  return {
    ledger,
    async fetch(request) {
      const key = await request.text()
      ledger.push({ action: `${request.method} ${new URL(request.url).pathname}`, key })
      return new Response(null, { status: 202 })
    },
  }
}

/** The faults of a family at some sites only, under a name and a title of their own. */
function only(where: RegExp, name: string, title: string, { faults }: FaultFamily): FaultFamily {
  return { name, title, faults: sites => faults(sites.filter(({ base }) => where.test(base))) }
}
const COMMANDS = /^shopper\/request POST/
const APPENDS = /^[\w-]+\/insert events/

export default defineCheck({
  exercise: '03-order-lifecycle',
  goal: 'Decide, evolve and the machine of the lifecycle agree, whatever comes twice, late or at the same time.',
  slot: {
    file: 'order.ts',
    exports: [
      {
        name: 'decide',
        type: 'function',
        shape: 'function decide(command: Command, order: Order): OrderEvent[] { … }',
      },
      {
        name: 'evolve',
        type: 'function',
        shape: 'function evolve(order: Order, event: OrderEvent): Order { … }',
      },
      { name: 'initialState', type: 'function', shape: 'function initialState(): Order { … }' },
    ],
  },
  scenario(load) {
    const journal: Journal = {
      decisions: [],
      unreadable: [],
      audited: [],
      audits: 0,
      answers: [],
      states: [],
    }
    const observer: Observer = {
      decided: (orderId, version, command, decision) =>
        journal.decisions.push({ orderId, version, command, decision }),
      answered: (orderId, version, order) => journal.states.push({ orderId, version, order }),
      unreadable: (orderId, problem) => journal.unreadable.push({ orderId, problem }),
    }
    const take = (finding: Finding) => journal.audited.push(finding)
    const done = () => journal.audits++
    let isOld = false
    // Each process gets an instance of its own, as each has a memory of its own.
    const decider = () => load() as unknown as Decider
    return {
      name: '03-order-lifecycle',
      topics: [],
      services: [
        {
          name: 'orders',
          service: host => createOrders(decider(), observer)(host),
          oldData(db) {
            isOld = true
            writeOldOrders(db)
          },
        },
        {
          name: 'audit',
          service: host => createAudit(decider(), take, done)(host),
          oldData: recordHistories,
        },
      ],
      parties: Object.fromEntries(PARTIES.map(name => [name, createParty])),
      workload: () => work(journal.answers, isOld),
      guarantees: guarantees(journal),
    }
  },
  families: [
    only(COMMANDS, 'same-command-twice', 'the same command twice at once', duplicate('shopper', 'at-once')),
    only(COMMANDS, 'answer-lost', 'answer lost, command sent again', ackLost('shopper')),
    only(COMMANDS, 'two-at-once', 'two commands at the same time', hold('shopper', 1000)),
    only(COMMANDS, 'late', 'a command comes late', hold('shopper', 5000)),
    only(APPENDS, 'append-fails', 'an append fails', statementFails('orders')),
    only(APPENDS, 'crash', 'crash after an append', crash('orders')),
    during('restart', 'restart', [{ kind: 'crash', service: 'orders', from: 15_000 }]),
    during('restart-tomorrow', 'restart, a day later', [
      { kind: 'down', service: 'orders', from: 15_000, for: 86_400_000 },
    ]),
    during('clock-skew', 'clock 13 hours slow', [
      { kind: 'clock-skew', service: 'orders', from: 0, by: -13 * 3_600_000 },
    ]),
    during('second-instance', 'two instances', [{ kind: 'second-instance', service: 'orders', from: 0 }]),
    during('old-orders', 'orders from before today’s rules', [{ kind: 'old-data', service: 'orders' }]),
    during('every-command', 'every command in every status', [{ kind: 'old-data', service: 'audit' }]),
  ],
})
