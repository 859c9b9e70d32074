/**
 * Exercise 14: no message is lost, none holds up those of other keys, and those of one key stay in their order.
 */
import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { defineCheck } from '#simulator/explore/check.ts'
import {
  ackLost,
  crash,
  duplicate,
  during,
  type FaultFamily,
  pause,
  sendFails,
  statementFails,
} from '#simulator/explore/families.ts'
import type { Outside } from '#simulator/scenario/scenario.ts'
import type { Host } from '#simulator/service.ts'
import {
  AT_FIRST,
  BUG,
  createBank,
  createHandler,
  FLAKY,
  MESSAGES,
  OUT_OF_MEMORY,
  REFUSED,
  REFUSED_TWICE,
} from './check/accounts.ts'
import { Diary } from './check/diary.ts'
import { guaranteesOf } from './check/guarantees.ts'
import { repair } from './check/repair.ts'

/** What is visited during the repair: no fault strikes there any more. And what is Bob's, which is struck like Alice's. */
const NOT_STRUCK = /Redriven|Transferred|Closed|retry\.|@[45]\b|alice-[34]|bob/
/** The bank takes no notice of a request that comes twice. */
const REQUEST = /\/request /

function without(pattern: RegExp) {
  return (family: FaultFamily): FaultFamily => ({
    ...family,
    faults: sites => family.faults(sites.filter(({ base }) => !pattern.test(base))),
  })
}

/** These transfers of Alice's, each in its turn, meet this answer of the bank at their first attempt. */
function trouble(name: string, title: string, status: number, transfers = ['alice-1']): FaultFamily {
  const requests = transfers.map(id => `accounts/request POST bank ${id}`)
  return {
    name,
    title,
    faults: sites =>
      sites
        .filter(({ base }) => requests.includes(base))
        .map(({ base }) => ({ kind: 'error', at: `${base}#1`, status })),
  }
}

const unreadable: FaultFamily = {
  name: 'unreadable',
  title: 'unreadable message',
  faults: sites =>
    sites
      .filter(({ base }) => /^accounts\/deliver alice\/(Deposited|Withdrawn)$/.test(base))
      .map(({ base }) => ({ kind: 'poison', at: `${base}#1` })),
}

export default defineCheck({
  exercise: '14-dead-letters',
  goal: 'No message is lost, and none holds up any other but later ones of its own key.',
  slot: {
    file: 'consume.ts',
    exports: [
      {
        name: 'consume',
        type: 'function',
        shape:
          'an async function: export async function consume({ kafka, db }: Host, { groupId, topics, handle }: ConsumeOptions): Promise<void> { … }',
      },
    ],
  },
  scenario(load) {
    const diary = new Diary()
    const options: ConsumeOptions = {
      groupId: 'accounts',
      topics: ['account.events'],
      handle: diary.watch(createHandler(diary)),
    }
    let outside: Outside
    const publish = (count = 1) => {
      const from = diary.published
      diary.published += count
      outside.publish('account.events', MESSAGES.slice(from, from + count))
    }
    return {
      name: '14-dead-letters',
      topics: ['account.events', 'dead.accounts', 'retry.accounts'].map(topic => ({ topic, partitions: 1 })),
      services: [
        {
          name: 'accounts',
          service: host =>
            (load().consume as (host: Host, options: ConsumeOptions) => Promise<void>)(
              diary.watchHost(host),
              options,
            ),
        },
      ],
      parties: { bank: () => createBank(diary.booked, diary) },
      async workload(given) {
        outside = given
        publish(AT_FIRST)
      },
      operator: host => repair(host, publish, diary),
      guarantees: guaranteesOf(diary),
    }
  },
  families: [
    trouble('refused', 'message that is refused for good', REFUSED, ['alice-1', 'alice-2']),
    unreadable,
    trouble('bug', 'message that a bug throws on', BUG),
    trouble('out-of-memory', 'message that ends the process', OUT_OF_MEMORY),
    trouble('flaky', 'every message fails twice', FLAKY),
    trouble('refused-twice', 'refused, and dead letters are not taken', REFUSED_TWICE),
    during('bank-failing', 'bank fails for 5 minutes', [
      { kind: 'failing', service: 'bank', from: 0, for: 300_000, status: 503, by: 20_000 },
    ]),
    during('bank-slow', 'bank slow', [{ kind: 'slow', service: 'bank', from: 0, for: 60_000, by: 12_000 }]),
    ...[
      ...[
        duplicate('accounts', 'after-restart'),
        duplicate('accounts', 'concurrently'),
        duplicate('accounts', 'other-owner'),
        duplicate('accounts', 'later'),
      ].map(without(REQUEST)),
      crash('accounts'),
      statementFails('accounts'),
      sendFails('accounts', 10),
      ackLost('accounts'),
      pause('accounts'),
    ].map(without(NOT_STRUCK)),
    during('second-instance', 'two instances', [{ kind: 'second-instance', service: 'accounts', from: 0 }]),
    during('database-busy', 'database busy', [
      { kind: 'database-busy', service: 'accounts', from: 5, for: 20_000 },
    ]),
    during('broker-down', 'broker down', [{ kind: 'broker-down', service: 'kafka', from: 5, for: 600_000 }]),
  ],
})
