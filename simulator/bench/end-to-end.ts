/**
 * Orders per second end to end: from the first request to the last read model at rest, in the simulator, on the embedded broker
 * and on a real one.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openPlace, type Place } from '#simulator/live/field/place.ts'
import { generateActs } from '#simulator/live/parity/generated-acts.ts'
import { type Snapshot, takeSnapshot } from '#simulator/live/parity/snapshot.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import type { DataSet } from '#simulator/shop/data-set.ts'
import { createShop, type Shop } from '#simulator/shop/shop.ts'
import { SUMMARY_FOLDS } from '#simulator/shop/summary.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { real } from '#simulator/world/globals.ts'
import type { Timed, Variant } from './compare.ts'
import { flood } from './flood.ts'
import type { FromLiveChild, LiveTask, ToLiveChild } from './live-child.ts'

export interface EndToEnd {
  readonly variants: readonly Variant[]
  /** What could not be measured, each with what is missing and what to do about it. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[]
  close(): Promise<void>
}

const ORDERS = 300
const SEED = 1

/** @param address of a broker that runs, with the shop's topics empty; without it one is started where that is possible */
export async function openEndToEnd(address: string | undefined): Promise<EndToEnd> {
  const { data } = generateActs(ORDERS, SEED)
  const { snapshot } = await simulateOnce(floodedShop(data))
  const rows = Object.fromEntries(
    [...snapshot.rows].map(([model, rows]) => [model, Object.fromEntries(rows)]),
  )
  const embedded = startChild({ orders: ORDERS, seed: SEED, rows })
  const { place, reason } = await openRealBroker(address)
  const onBroker = place && startChild({ orders: ORDERS, seed: SEED, rows, broker: place.address })
  const name = (where: string) => `${ORDERS} orders, ${where}`
  return {
    variants: [
      simulated(name('simulated'), () => floodedShop(data)),
      simulated(name('simulated, one every 50 ms'), () => createShop({ data })),
      { name: name('live, embedded broker'), work: embedded.run, note: () => 'real time' },
      ...(onBroker === undefined
        ? []
        : [{ name: name(`live, ${place!.title}`), work: onBroker.run, note: () => 'real time' }]),
    ],
    missing: reason === undefined ? [] : [{ name: name('live, real broker'), reason }],
    async close() {
      await Promise.all([embedded.close(), onBroker?.close()])
      await place?.close()
    },
  }
}

function floodedShop(data: DataSet): Shop {
  const shop = createShop({ data })
  return { ...shop, workload: () => flood(shop.notes, data) }
}

/** Besides orders per second it says how fast virtual time went by. */
function simulated(name: string, create: () => Shop): Variant {
  let rate = 0
  return {
    name,
    async work() {
      const { tookMs, virtualMs } = await simulateOnce(create())
      rate = virtualMs / tookMs
      return { units: ORDERS, tookMs }
    },
    note: () => `${rate.toFixed(1)} virtual s a second`,
  }
}

/** Timed from its first request to its verdict. */
async function simulateOnce(shop: Shop) {
  let snapshot: Snapshot | undefined
  let startedAt = 0
  let endedAt = 0
  const run = await simulate(
    {
      ...shop,
      workload(outside) {
        startedAt = real.performanceNow()
        return shop.workload(outside)
      },
    },
    { seed: SEED, faults: [] },
    {
      hash: false,
      folds: SUMMARY_FOLDS,
      inspect(evidence) {
        endedAt = real.performanceNow()
        snapshot = takeSnapshot(evidence, shop.notes)
      },
    },
  )
  if (!run.holds || shop.notes.accepted.size !== ORDERS) throw new Error('the happy path does not hold')
  return { snapshot: snapshot!, tookMs: endedAt - startedAt, virtualMs: run.virtualMs }
}

/** Where there is none and none can be started, the reason says what to install. */
async function openRealBroker(address: string | undefined): Promise<{ place?: Place; reason?: string }> {
  try {
    return {
      place: await openPlace({
        name: 'bench',
        topics: TOPICS,
        isFresh: false,
        ...(address !== undefined && { address }),
      }),
    }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { reason: `${error.message} ${error.next}` }
  }
}

/** A process of its own: what live mode leaves behind on the real clock must not get into a simulated run. */
function startChild(task: LiveTask): { run(): Promise<Timed>; close(): Promise<void> } {
  const child = fork(fileURLToPath(new URL('./live-child.ts', import.meta.url)), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  return {
    async run() {
      child.send('run' satisfies ToLiveChild)
      return { units: task.orders, tookMs: await answerOf(child, ended) }
    },
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

async function answerOf(child: ChildProcess, ended: Promise<unknown>): Promise<number> {
  const answer = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
  if (answer === undefined) throw new Error('the process of the live shop ended before its run did')
  return (answer[0] as FromLiveChild).tookMs
}
