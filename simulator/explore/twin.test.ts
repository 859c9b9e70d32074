import { expect, test } from 'vitest'
import type { Plan } from '#simulator/faults/plan.ts'
import { traceOf } from '#simulator/trace/trace-of.ts'
import { findTwin } from './twin.ts'
import { inOrderOfStrike, type WatchedRun } from './watch.ts'

const FIRST = { kind: 'crash', at: 'inventory/commit order-1#1' }
const SECOND = { kind: 'hold', at: 'inventory/deliver order-1/OrderPlaced#2' }
const WINDOW = { kind: 'down', service: 'search', from: 10 }

/** A run that breaks the guarantee as long as all these faults are in its plan. */
function breaksWith(...needed: readonly object[]) {
  return async ({ faults }: Plan): Promise<WatchedRun> => {
    const violation = { guarantee: 'g', promise: 'p', outcome: 'lost' as const, message: 'm' }
    return {
      records: [],
      violations: needed.every(fault => (faults as object[]).includes(fault)) ? [violation] : [],
    }
  }
}

const plan: Plan = { seed: 1, faults: [FIRST, SECOND] }

test('where either fault could be left out, it is the last to strike', async () => {
  const twin = await findTwin(plan, plan.faults, 'g', breaksWith(FIRST, SECOND))
  expect(twin?.plan).toEqual({ seed: 1, faults: [FIRST] })
  expect(twin?.without).toEqual([SECOND])
})

test('where one is to blame, it is that one', async () => {
  expect((await findTwin(plan, plan.faults, 'g', breaksWith(FIRST)))?.without).toEqual([FIRST])
})

test('there is none when the guarantee is broken without any fault', async () => {
  expect(await findTwin(plan, plan.faults, 'g', breaksWith())).toBeUndefined()
  expect(await findTwin({ seed: 1, faults: [] }, [], 'g', breaksWith())).toBeUndefined()
})

test('faults are put in the order in which they struck, those that never did last', () => {
  const never = { kind: 'crash', at: 'inventory/commit order-9#1' }
  const records = traceOf(
    { kind: 'fault.strike', fault: 'hold', site: SECOND.at },
    { kind: 'fault.begin', fault: 'down', service: 'search' },
    { kind: 'fault.strike', fault: 'crash', site: FIRST.at },
  )
  expect(inOrderOfStrike([never, FIRST, WINDOW, SECOND], records)).toEqual([SECOND, WINDOW, FIRST, never])
})
