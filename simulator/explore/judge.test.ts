import { expect, test } from 'vitest'
import type { Guarantee } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'
import { type Check, defineCheck } from './check.ts'
import { executeHere } from './executor.ts'
import { crash, duplicate } from './families.ts'
import { type JudgeOptions, judge, type Progress } from './judge.ts'
import { choosePairs, pairsOf } from './pairs.ts'
import { survey } from './survey.ts'

/** Counts messages: right when it remembers ids, or else wrong in one way or another. */
const countsMessages = (isRight: (count: number) => boolean): Guarantee => ({
  name: 'count-is-right',
  promise: 'Two messages are counted as two.',
  kind: 'eventually',
  judge(evidence) {
    const { count } = evidence.database('counter').prepare('SELECT count FROM counts').get() as {
      count: number
    }
    return isRight(count)
      ? []
      : [{ outcome: count > 2 ? 'doubled' : 'lost', message: `${count} instead of 2` }]
  },
})

const check = (isRight: (count: number) => boolean = count => count === 2): Check =>
  defineCheck({
    exercise: 'counting',
    goal: 'Count.',
    slot: { file: 'counter.ts', exports: [] },
    scenario: load => ({
      name: 'counting',
      topics: [{ topic: 'things', partitions: 1 }],
      services: [{ name: 'counter', service: load().counter as Service }],
      parties: {},
      async workload({ publish }) {
        publish('things', [
          { key: 'a', value: JSON.stringify({ id: 'a', type: 'Thing' }) },
          { key: 'b', value: JSON.stringify({ id: 'b', type: 'Thing' }) },
        ])
      },
      guarantees: [countsMessages(isRight)],
    }),
    families: [duplicate('counter', 'at-once'), crash('counter')],
  })

/** @param accept how many deliveries of the same message are counted: 1 is right */
const counter =
  (accept: number): Service =>
  async ({ db, kafka }) => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS counts (count INTEGER); CREATE TABLE IF NOT EXISTS seen (id TEXT, times INTEGER)',
    )
    db.exec('INSERT INTO counts SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counts)')
    const times = db.prepare('SELECT count(*) AS times FROM seen WHERE id = ?')
    const remember = db.prepare('INSERT INTO seen VALUES (?, 1)')
    const add = db.prepare('UPDATE counts SET count = count + 1')
    const apply = db.transaction((id: string) => {
      const seen = (times.get(id) as { times: number }).times
      remember.run(id)
      // A delivery between the first and the one that is taken for a new message is recognised.
      if (seen === 0 || seen >= accept) add.run()
    })
    const consumer = kafka.consumer({ groupId: 'counter' })
    await consumer.connect()
    await consumer.subscribe({ topics: ['things'], fromBeginning: true })
    await consumer.run({ eachMessage: async ({ message }) => apply(String(message.key)) })
  }
const RIGHT = counter(Number.POSITIVE_INFINITY)
const FORGETS_AT_ONCE = counter(1)
/** Recognises the second delivery, takes the third for new: no single fault breaks it. */
const FORGETS_LATER = counter(2)

const verdictOn = (service: Service, options: JudgeOptions = {}) => {
  const subject = check()
  return judge(
    subject,
    executeHere(subject, () => ({ counter: service })),
    { samples: 20, ...options },
  )
}

test('an answer that is right holds under everything that is tried, and the coverage says what that was', async () => {
  const verdict = await verdictOn(RIGHT)
  expect(verdict.holds).toBe(true)
  expect(verdict.counterexamples).toEqual([])
  const { singles, pairs, allPairs, samples, runs } = verdict.coverage
  expect(singles).toBeGreaterThan(8)
  expect(pairs).toBeGreaterThan(singles)
  expect(pairs).toBe(allPairs)
  expect(samples).toBe(20)
  expect(runs).toBe(1 + singles + pairs + samples)
})

test('an answer that one fault breaks is not tried with pairs, and the plan shown has one fault', async () => {
  const verdict = await verdictOn(FORGETS_AT_ONCE)
  expect(verdict.holds).toBe(false)
  expect(verdict.coverage).toMatchObject({ pairs: 0, allPairs: undefined, samples: 0 })
  expect(verdict.counterexamples).toHaveLength(1)
  expect(verdict.counterexamples[0]).toMatchObject({
    guarantee: 'count-is-right',
    plan: { faults: [{ kind: 'duplicate' }] },
    violations: [{ outcome: 'doubled', message: '3 instead of 2' }],
  })
})

test('an answer that survives every single fault can fall to two', async () => {
  const verdict = await verdictOn(FORGETS_LATER)
  expect(verdict.survey.families.flatMap(({ failures }) => failures)).toEqual([])
  expect(verdict.counterexamples[0]!.plan.faults).toHaveLength(2)
  expect(verdict.coverage).toMatchObject({ samples: 0 })
})

test('asked for everything, it goes on after the first failure', async () => {
  const verdict = await verdictOn(FORGETS_AT_ONCE, { collectAll: true })
  expect(verdict.coverage.pairs).toBeGreaterThan(0)
  expect(verdict.coverage.samples).toBe(20)
})

test('where there are more pairs than may be tried, the coverage says so', async () => {
  const { coverage } = await verdictOn(RIGHT, { maxPairs: 10, samples: 0 })
  expect(coverage.pairs).toBe(10)
  expect(coverage.allPairs).toBeGreaterThan(10)
})

test('some pairs of every sort are chosen before many of one', async () => {
  const plan = (...sites: string[]) => ({
    seed: 1,
    faults: sites.map(at => ({ kind: 'crash', at }) as const),
  })
  const many = Array.from({ length: 50 }, (_, n) =>
    plan(`a/commit order-${n}`, `a/deliver order-${n}/Placed`),
  )
  const all = [
    ...many.slice(0, 30),
    plan('a/commit order-1', 'b/send'),
    ...many.slice(30),
    plan('c/a', 'c/b'),
  ]
  const chosen = choosePairs(all, 4)
  expect(chosen).toHaveLength(4)
  expect(chosen).toEqual(all.filter(pair => chosen.includes(pair)))
  expect(chosen).toContain(all[30])
  expect(chosen).toContain(all.at(-1))
  expect(choosePairs(all, 2)).toHaveLength(2)
  expect(choosePairs(all, 52)).toEqual(all)
})

test('a check that fails without any fault is shown without any fault', async () => {
  const subject = check(count => count === 5)
  const verdict = await judge(
    subject,
    executeHere(subject, () => ({ counter: RIGHT })),
  )
  expect(verdict.counterexamples).toMatchObject([{ plan: { faults: [] }, violations: [{ outcome: 'lost' }] }])
  // One of each family.
  expect(verdict.coverage.singles).toBe(2)
  expect(verdict.coverage.allSingles).toBeGreaterThan(8)
})

test('the same answer gets the same verdict, word for word', async () => {
  expect(await verdictOn(FORGETS_LATER)).toEqual(await verdictOn(FORGETS_LATER))
})

test('progress counts up to the announced total on every level', async () => {
  const seen: Progress[] = []
  await verdictOn(RIGHT, { onProgress: progress => seen.push(progress) })
  for (const level of ['singles', 'pairs', 'samples'] as const) {
    const last = seen.filter(progress => progress.level === level).at(-1)!
    expect(last.done).toBe(last.total)
  }
})

test('pairs hold every two different faults once, also such as only the first makes possible', async () => {
  const subject = check()
  const executor = executeHere(subject, () => ({ counter: RIGHT }))
  const pairs = pairsOf(subject, await survey(subject, executor, 1), 1)
  const names = pairs.map(({ faults }) =>
    faults
      .map(fault => JSON.stringify(fault))
      .sort()
      .join(),
  )
  expect(new Set(names).size).toBe(names.length)
  expect(pairs.some(({ faults }) => faults.every(({ kind }) => kind === 'duplicate'))).toBe(true)
  // A crash brings a second start, and with it sites that the run without a fault never came by.
  expect(names.some(name => name.includes('deliver a/Thing#2'))).toBe(true)
})
