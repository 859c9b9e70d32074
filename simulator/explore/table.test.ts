import { expect, test } from 'vitest'
import type { Service } from '#simulator/service.ts'
import { defineCheck } from './check.ts'
import { executeHere } from './executor.ts'
import { duplicate, during } from './families.ts'
import { measurePlan } from './measure.ts'
import { survey } from './survey.ts'
import { groupByFamily, plansOf, tabulate } from './table.ts'

/** Counts every delivery, and so counts a duplicate twice. */
const counter: Service = async ({ db, kafka }) => {
  db.exec('CREATE TABLE IF NOT EXISTS counts (count INTEGER)')
  db.exec('INSERT INTO counts SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counts)')
  const add = db.prepare('UPDATE counts SET count = count + 1')
  const consumer = kafka.consumer({ groupId: 'counter' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['things'], fromBeginning: true })
  await consumer.run({ eachMessage: async () => void add.run() })
}

const check = defineCheck({
  exercise: '99-counting',
  goal: 'Count.',
  slot: { file: 'counter.ts', exports: [] },
  scenario: load => ({
    name: 'counting',
    topics: [{ topic: 'things', partitions: 1 }],
    services: [{ name: 'counter', service: load().counter as Service }],
    parties: {},
    async workload({ publish }) {
      await new Promise(resolve => setTimeout(resolve, 200))
      publish('things', [{ key: 'thing-1', value: '{"type":"Thing"}' }])
    },
    guarantees: [
      {
        name: 'count-is-right',
        promise: 'One message is counted as one.',
        kind: 'eventually',
        judge(evidence) {
          const { count } = evidence.database('counter').prepare('SELECT count FROM counts').get() as {
            count: number
          }
          return count === 1
            ? []
            : [{ outcome: 'doubled', message: `count of things is ${count} instead of 1` }]
        },
      },
    ],
  }),
  families: [
    duplicate('counter', 'at-once'),
    during('down', 'consumer down', [{ kind: 'down', service: 'counter', from: 200, for: 41_000 }]),
    duplicate('nobody', 'later'),
  ],
})
const load = () => ({ counter })

test('a table has in every cell what its plans did, and an answer that was refused has none', async () => {
  const surveyed = await survey(check, executeHere(check, load), 1)
  const plans = plansOf(surveyed, 1)
  expect(plans.map(({ family }) => family)).toEqual(['no-fault', 'duplicate-at-once', 'down'])
  const measurements = []
  for (const { plan } of plans) measurements.push(await measurePlan(check, load, plan))
  const refused = { code: 'missing-file', sentence: 'There is no such file.', next: '' }
  const table = tabulate(check, [
    { name: 'starter', file: 'counter.ts', tried: groupByFamily(surveyed, plans, measurements) },
    { name: 'yours', file: 'mine.ts', refused },
  ])
  expect(table.answers).toEqual([
    { name: 'starter', file: 'counter.ts' },
    { name: 'yours', file: 'mine.ts', refused },
  ])
  expect(table.rows.map(({ title, cells }) => [title, ...cells.map(({ text }) => text)])).toEqual([
    ['no fault', 'right', 'not tried'],
    ['duplicate, at once', 'doubled: count +1', 'not tried'],
    ['consumer down', 'lag 41 s, then right', 'not tried'],
    ['duplicate, a week later', 'nothing to strike', 'not tried'],
  ])
})

test('a message that is read again a day later has not waited for a day', async () => {
  const late = {
    seed: 1,
    faults: [{ kind: 'duplicate', at: 'counter/deliver thing-1/Thing#1', when: 'later' }],
  }
  const { wait, unread } = await measurePlan(check, load, late)
  expect(wait?.forMs).toBeLessThan(60_000)
  expect(unread).toEqual([])
})

test('families behind a run that did not end are not tried', async () => {
  const surveyed = await survey(check, executeHere(check, load), 1)
  const [happy, first] = plansOf(surveyed, 1)
  const stopped = {
    ...first!,
    failure: {
      plan: first!.plan,
      violations: [],
      trouble: { code: 'endless-loop', sentence: 'x.', next: '' },
    },
  }
  const cut = {
    ...surveyed,
    stoppedBy: stopped.failure,
    families: surveyed.families.map((family, index) =>
      index === 0 ? family : { ...family, plans: 0, failures: [] },
    ),
  }
  const tried = groupByFamily(cut, [happy!, stopped], [{ unread: [] }])
  const { rows } = tabulate(check, [{ name: 'yours', file: 'mine.ts', tried }])
  expect(rows.map(({ cells }) => cells[0]!.text)).toEqual(['right', 'never ends', 'not tried', 'not tried'])
})
