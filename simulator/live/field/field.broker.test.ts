import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Exercise, loadExercise, solution, starter } from '#simulator/desk/exercise.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { testBroker } from '../broker/test-broker.ts'
import { connectToBroker, type LiveCluster } from '../cluster.ts'
import { silentLog } from '../logs.ts'
import { deleteTopics } from './broker-room.ts'
import { prepareExercise } from './exercise-in-field.ts'
import { type FieldMode, fieldModes } from './field-modes.ts'
import { findOwnBroker } from './own-broker.ts'
import { runShopInField, SHOP_AIMS } from './shop-in-field.ts'

const { address } = testBroker()
const own = findOwnBroker(address)
let cluster: LiveCluster

beforeAll(async () => {
  cluster = await connectToBroker(address, [], silentLog)
})
afterAll(() => cluster.close())

/** Those that need a session of 30 s to expire take the longest; one of them is enough here. `npm run check` shows all. */
const TITLES = [
  'consumer errors repeatedly',
  'all messages a second time',
  'restart without commit',
  'broker down',
]

/**
 * An exercise whose check needs nothing that only a simulation has: no deadline of minutes, no fault at a line of code. The
 * solutions of the others are part of the shop, which runs below and in the tests of live mode, chaos and parity.
 */
const ALONE = ['12-idempotent-consumer']

describe.each(ALONE)('%s on a real broker', name => {
  const run = async (which: (exercise: Exercise) => Answer, title: string) => {
    const exercise = await loadExercise(name)
    const field = await prepareExercise(exercise, which(exercise), { cluster, address, own })
    const result = await field.run(field.modes.find(mode => mode.title === title)!)
    await deleteTopics(cluster.admin, exercise.check.scenario(() => ({})).topics)
    return result
  }

  test.each(TITLES.filter(title => own !== undefined || title !== 'broker down'))(
    'the solution, the same file, holds: %s',
    async title => {
      expect(await run(solution, title)).toMatchObject({ holds: true, violations: [], cameToRest: true })
    },
  )

  test('the starter breaks there as it does in the simulation', async () => {
    const { holds, violations } = await run(starter, 'all messages a second time')
    expect(holds).toBe(false)
    expect(violations.map(({ outcome }) => outcome)).toContain('doubled')
  })
})

test('the shop holds with a process killed, handlers that fail and are slow, and a poison message, all in one run', async () => {
  const modes = new Map(fieldModes(SHOP_AIMS, undefined).map(mode => [mode.title, mode]))
  const faults = new Map<string, string[]>()
  for (const { faults: its = {} } of modes.values())
    for (const [service, texts] of Object.entries(its))
      faults.set(service, [...(faults.get(service) ?? []), ...texts])
  const all: FieldMode = {
    title: 'all of it',
    how: '',
    faults: Object.fromEntries(faults),
    trouble: modes.get('restart without commit')!.trouble!,
  }
  const result = await runShopInField(all, {
    cluster,
    broker: address,
    work: 'solutions',
    orders: 12,
    seed: 1,
  })
  await deleteTopics(cluster.admin, TOPICS)
  expect(result).toMatchObject({ holds: true, violations: [], cameToRest: true })
  expect(result.summary.orders).toMatchObject({ accepted: 12, lost: 0, open: 0 })
})
