import { describe, expect, test } from 'vitest'
import { compileSlot } from '#simulator/desk/compile.ts'
import { loadExercise, mistakes, ROOT, starter } from '#simulator/desk/exercise.ts'
import { createLoader } from '#simulator/desk/instantiate.ts'
import { RUN_LIMITS } from '#simulator/explore/run-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { fold } from '#simulator/trace/fold.ts'
import { createLag, lagSummary } from '#simulator/trace/lag.ts'
import { known, type RunRecord } from '#simulator/trace/records.ts'
import { sentenceOf } from '#simulator/trace/sentence.ts'
import { readLabLink, writeLabLink } from '../lab/lab-link.ts'
import type { ScenarioRef } from '../worker/protocol.ts'
import { DEMOS, type Demo } from './demos.ts'

/** Between two samples of a read model, as in the worker: samples are records, and count. */
const OBSERVE_EVERY_MS = 250

interface Run {
  readonly records: readonly RunRecord[]
  /** As `outcome guarantee`. */
  readonly broken: readonly string[]
  /** The record that the demo stops at. */
  readonly moment: RunRecord
}

async function run({ link }: Demo, plan: Plan = link.plan): Promise<Run> {
  const records: RunRecord[] = []
  const { scenario, isExercise } = await createScenario(link.scenario)
  const { violations, trouble } = await simulate(scenario, plan, {
    ...(isExercise ? RUN_LIMITS : {}),
    observeEveryMs: isExercise ? 0 : OBSERVE_EVERY_MS,
    onRecord: record => records.push(known(record)),
  })
  expect(trouble).toBeUndefined()
  const broken = new Set(violations.map(({ outcome, guarantee }) => `${outcome} ${guarantee}`))
  return { records, broken: [...broken], moment: records[link.at - 1]! }
}

async function createScenario(ref: ScenarioRef): Promise<{ scenario: Scenario; isExercise: boolean }> {
  if (ref.kind === 'shop') return { scenario: createShop({ orders: ref.orders }), isExercise: false }
  if (ref.kind !== 'exercise') throw new Error(`no demo is about ${ref.kind}`)
  const exercise = await loadExercise(ref.exercise)
  const answer = [starter(exercise), ...mistakes(exercise)].find(({ name }) => name === ref.answer)!
  const load = await createLoader(await compileSlot(answer.file, ROOT), exercise.check, ROOT)
  return { scenario: exercise.check.scenario(load), isExercise: true }
}

const demo = (name: string) => DEMOS.find(candidate => candidate.name === name)!

test('there are six, each with a name of its own', () => {
  expect(new Set(DEMOS.map(({ name }) => name)).size).toBe(6)
})

test.each(DEMOS)('$name reads back from its link', ({ link }) => {
  expect(readLabLink(writeLabLink(link))).toEqual(link)
})

test.each(DEMOS.filter(({ link }) => link.comparedWith !== undefined))(
  '$name: what it is compared with holds',
  async found => {
    const { broken } = await run(found, found.link.comparedWith)
    expect(broken).toEqual([])
  },
)

describe('what the demos promise', () => {
  test('a dual write loses an order: committed, crashed, never published', async () => {
    const { records, broken, moment } = await run(demo('dual-write'))
    expect(broken).toContain('lost stored-is-published')
    expect(sentenceOf(moment)).toBe('orders crashed at orders/commit order-1/place#1')
    expect(sentenceOf(records[moment.seq - 2]!)).toContain('orders committed')
    expect(
      records.some(record => record.kind === 'kafka.append' && record.label.includes('OrderPlaced')),
    ).toBe(false)
  })

  test('a duplicate doubles a sale: delivered twice, counted twice, and no lag is left', async () => {
    const { records, broken, moment } = await run(demo('duplicate'))
    expect(broken).toContain('doubled weekly-sales-are-right')
    expect(sentenceOf(moment)).toContain('insert weekly_sales')
    const deliveries = records.filter(
      record => record.kind === 'kafka.deliver' && record.label === 'order-2/OrderPlaced',
    )
    expect(deliveries.map(({ seq }) => seq < moment.seq)).toEqual([true, true])
    expect(records.filter(({ kind }) => kind === 'process.crash')).toEqual([])
  })

  test('a consumer that was down catches up: it lags for half a minute, is wrong, and then is not', async () => {
    const { records, broken, moment } = await run(demo('consumer-down'))
    expect(broken).toEqual([])
    expect(sentenceOf(moment)).toBe('search started again')
    const { t, groups } = fold(createLag(), records)
    const { worstMessages, worstAgeMs } = lagSummary(groups.get('search')!.total, t)
    expect(worstMessages).toBeGreaterThanOrEqual(30)
    expect(worstAgeMs).toBeGreaterThan(28_000)
    expect(driftOf(records, moment.seq)).toBeGreaterThan(0)
    expect(driftOf(records, records.length)).toBe(0)
    const last = records.findLast(({ kind, process }) => kind === 'kafka.commit' && process === 'search')!
    expect(last.t - moment.t).toBeLessThan(1_000)
  })

  test('a poison message blocks a partition: it comes again, and what is behind it never does', async () => {
    const { records, broken, moment } = await run(demo('poison'))
    expect(broken).toContain('stuck nothing-is-lost')
    expect(sentenceOf(moment)).toBe('accounts received alice/Deposited from account.events/0@0 again')
    const delivered = records.filter(({ kind }) => kind === 'kafka.deliver')
    expect(delivered.length).toBeGreaterThan(5)
    for (const record of delivered) expect(record).toMatchObject({ label: 'alice/Deposited' })
  })

  test('a zombie writes after a rebalance: the new owner has committed the order, and then the old one does', async () => {
    const { records, broken, moment } = await run(demo('zombie'))
    expect(broken).toContain('doubled weekly-sales-are-right')
    expect(moment).toMatchObject({ kind: 'db.commit', process: 'inventory' })
    expect(sentenceOf(records[moment.seq - 2]!)).toBe('inventory went on')
    const frozen = records.find(({ kind }) => kind === 'process.pause')!
    const meanwhile = records.slice(frozen.seq, moment.seq - 1)
    expect(meanwhile.map(record => sentenceOf(record))).toEqual(
      expect.arrayContaining([
        'group inventory is PreparingRebalance, with 1 member',
        'inventory-2 handled order-2/OrderPlaced',
      ]),
    )
  })

  test('reading one’s own write: accepted seconds ago, and the search that answers does not know it', async () => {
    const { records, broken, moment } = await run(demo('read-your-own-write'))
    expect(broken).toEqual([])
    expect(sentenceOf(moment)).toBe('shopper ← gateway  200')
    const asked = records.findLast(
      record =>
        record.seq < moment.seq && record.kind === 'http.request' && record.path === '/search/products',
    )!
    const written = records.find(
      record => record.kind === 'kafka.append' && record.label === 'chai/ProductChanged',
    )!
    const learned = records.find(
      record =>
        record.kind === 'kafka.deliver' &&
        record.process === 'search' &&
        record.label === 'chai/ProductChanged',
    )!
    expect(asked.t - written.t).toBeGreaterThan(4_000)
    expect(learned.t).toBeGreaterThan(moment.t)
    expect(driftOf(records, moment.seq)).toBe(1)
  })
})

/** How many rows of the search were wrong in the last sample before the record. */
function driftOf(records: readonly RunRecord[], seq: number): number {
  const sample = records.findLast(
    record => record.seq <= seq && record.kind === 'observe' && record.model === 'search',
  )
  return sample?.kind === 'observe' ? sample.drift : 0
}
