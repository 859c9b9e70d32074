/**
 * Exercise 02: an event is the same event however often it is sent, says what it followed from, and arrives as it was recorded.
 */
import { defineCheck } from '#simulator/explore/check.ts'
import { rowsOf } from '#simulator/explore/evidence.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  type FaultFamily,
  sendFails,
} from '#simulator/explore/families.ts'
import { type Contribution, compareTally } from '#simulator/explore/tally.ts'
import type { Guarantee, Outcome } from '#simulator/scenario/scenario.ts'
import { judgeChain, judgeTimes } from './check/chain.ts'
import { billing, shipping, silent, writerOf } from './check/flow.ts'
import { functionsOf } from './check/functions.ts'
import { createNotes, type Notes } from './check/notes.ts'
import { BEYOND_JSON } from './check/values.ts'
import { COMMANDS, NEWER_VOUCHER, UNREADABLE, VOUCHERS } from './check/world.ts'

const VOUCHERS_COME_AT_MS = 100
const REDEPLOYED_AT_MS = 50

const CHARGES: readonly Contribution[] = [
  ...COMMANDS.flatMap(({ parcels }) =>
    parcels.map(({ orderId, parcel, cents }) => chargeOf(orderId, cents, `parcel-${parcel}`)),
  ),
  ...VOUCHERS.map(({ id, data }) => chargeOf(data.orderId, data.cents, id)),
]
const CHARGE_OF_NEWER_WRITER = chargeOf(
  NEWER_VOUCHER.data.orderId,
  NEWER_VOUCHER.data.cents,
  NEWER_VOUCHER.id,
)

function chargeOf(orderId: string, cents: number, source: string): Contribution {
  return { cell: `cents billed to order ${orderId}`, amount: cents, source }
}

const everyEventCountsOnce: Guarantee = {
  name: 'every-event-counts-once',
  promise: 'Every event counts once: none is taken for another, and none that comes again for a new one.',
  kind: 'eventually',
  judge(evidence) {
    const rows = rowsOf<{ order_id: string; cents: number }>(evidence, 'billing', 'accounts', [
      'order_id',
      'cents',
    ])
    const newer = [...evidence.messages('order.events')].some(
      ({ value }) => String(value) === JSON.stringify(NEWER_VOUCHER),
    )
    return compareTally({
      actual: rows.map(row => [`cents billed to order ${row.order_id}`, Number(row.cents)] as const),
      contributions: newer ? [...CHARGES, CHARGE_OF_NEWER_WRITER] : CHARGES,
    })
  },
}

const chainCanBeRebuilt: Guarantee = {
  name: 'chain-can-be-rebuilt',
  promise: 'From the envelopes alone one can tell what each event followed from, back to the command.',
  kind: 'eventually',
  judge: judgeChain,
}

/** What explains most comes first. For some of them the services of the run take notes. */
function guaranteesOf(notes: Notes): Guarantee[] {
  const noted = (name: string, promise: string, outcome: Outcome, list: Iterable<string>): Guarantee => ({
    name,
    promise,
    kind: 'eventually',
    judge: () => [...list].map(message => ({ outcome, message })),
  })
  return [
    noted(
      'values-arrive',
      'What createEvent takes arrives: the same values, of the same types.',
      'corrupt',
      notes.changes,
    ),
    noted(
      'functions-answer',
      'The four functions return what they should, and throw for nothing that is right.',
      'stuck',
      notes.complaints,
    ),
    everyEventCountsOnce,
    chainCanBeRebuilt,
    noted(
      'unknown-fields-survive',
      'What a newer writer has added is still there after an older reader has read the event and written it again.',
      'lost',
      notes.dropped,
    ),
    noted('unreadable-is-refused', 'parseEvent throws for what is no event.', 'phantom', notes.phantoms),
    {
      name: 'time-is-when-recorded',
      promise: 'The time of an event is when it was recorded, whenever it is sent.',
      kind: 'eventually',
      judge: evidence => judgeTimes(evidence, notes.times),
    },
  ]
}

const FUNCTIONS = [
  ['createEvent', 'createEvent(type, data, cause, version = 1): Envelope'],
  ['serializeEvent', 'serializeEvent(event: Envelope): string'],
  ['parseEvent', 'parseEvent(text: string): Envelope'],
  ['dedupeKey', 'dedupeKey(event: Envelope): string'],
] as const

export default defineCheck({
  exercise: '02-event-envelope',
  goal: 'An event is the same event however often it is sent, names what led to it, and arrives as it was recorded.',
  slot: {
    file: 'envelope.ts',
    exports: [
      {
        name: 'Envelope',
        type: 'object',
        shape: 'the zod schema of the envelope: export const Envelope = z.…',
      },
      ...FUNCTIONS.map(([name, signature]) => ({
        name,
        type: 'function' as const,
        shape: `a function: export function ${signature}`,
      })),
    ],
  },
  scenario(load) {
    const notes = createNotes()
    const functions = () => functionsOf(load(), notes, new Set(UNREADABLE))
    return {
      name: '02-event-envelope',
      topics: [
        { topic: 'order.events', partitions: 1 },
        { topic: 'billing.events', partitions: 1 },
      ],
      services: [
        { name: 'shipping', service: shipping(functions, notes, COMMANDS) },
        {
          name: 'billing',
          service: billing(functions, notes),
          nextVersion: billing(functions, notes, ({ takes }, cause) =>
            Object.fromEntries(
              Object.entries(BEYOND_JSON).filter(([name, value]) => takes(name, value, cause)),
            ),
          ),
        },
        {
          name: 'care',
          service: silent,
          nextVersion: writerOf([JSON.stringify(NEWER_VOUCHER)], 'VoucherGranted'),
        },
        { name: 'scanner', service: silent, nextVersion: writerOf(UNREADABLE, 'unreadable') },
      ],
      parties: {},
      async workload({ publish }) {
        await new Promise(resolve => setTimeout(resolve, VOUCHERS_COME_AT_MS))
        const messages = VOUCHERS.map(event => ({
          key: event.data.orderId,
          value: JSON.stringify(event),
          headers: { type: event.type },
        }))
        publish('order.events', messages)
      },
      guarantees: guaranteesOf(notes),
    }
  },
  // Each of these brings out another property of the functions, whatever else is wrong with them.
  probes: ['crash-shipping', 'duplicate-later', 'newer-writer', 'richer-data', 'unreadable'],
  // Four services, each of which builds its schemas whenever it starts.
  maxPairs: 150,
  families: [
    crashOnceDone('shipping'),
    crashOnceDone('billing'),
    duplicate('billing', 'later'),
    anyOf(ackLost('shipping'), ackLost('billing')),
    sendFails('shipping', 10),
    during('newer-writer', 'a newer writer adds fields', [
      { kind: 'schema-change', service: 'care', from: REDEPLOYED_AT_MS },
    ]),
    during('richer-data', 'data that JSON would change', [
      { kind: 'schema-change', service: 'billing', from: REDEPLOYED_AT_MS },
    ]),
    during('unreadable', 'unreadable messages', [
      { kind: 'schema-change', service: 'scanner', from: REDEPLOYED_AT_MS },
    ]),
    during('broker-down', 'broker down', [{ kind: 'broker-down', service: 'kafka', from: 102, for: 60_000 }]),
    during('second-instance', 'two instances of billing', [
      { kind: 'second-instance', service: 'billing', from: 0 },
    ]),
  ],
})

/**
 * The service dies after it has committed what it did, or after it has sent it: it is there, and has not been sent or not been
 * ticked off. A crash before that undoes all of it, and what is only booked is nobody's cause.
 */
function crashOnceDone(service: string): FaultFamily {
  const { faults } = crash(service)
  const suits = (at = '') => /\/(commit|send) /.test(at) && !/\/commit .*\/ItemBilled/.test(at)
  return {
    name: `crash-${service}`,
    title: `${service} crashes`,
    faults: sites => faults(sites).filter(({ at }) => suits(at)),
  }
}

/** One row for two services. */
function anyOf(first: FaultFamily, second: FaultFamily): FaultFamily {
  return { ...first, faults: sites => [...first.faults(sites), ...second.faults(sites)] }
}
