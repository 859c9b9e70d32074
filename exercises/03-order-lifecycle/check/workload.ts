/**
 * What happens to the orders: a shopper places and cancels, payments and the warehouse say what they know, and in the end
 * somebody looks.
 */
import type { Command, OrderLine } from '../contract.ts'
import { inputOf } from '../lifecycle.ts'
import { OLD_ORDERS } from './old-orders.ts'

/** An answer to somebody who is still there to hear it. */
export interface Answer {
  readonly orderId: string
  /** What was asked for; undefined when somebody only looked. */
  readonly command: Command | undefined
  readonly status: number
  /** What it said: an order as JSON when somebody looked and all is well, otherwise a sentence or nothing. */
  readonly said: string
}

const LINES: OrderLine[] = [
  { productId: 'chai', quantity: 3, unitPriceCents: 333, discountBasisPoints: 0 },
  { productId: 'olives', quantity: 12, unitPriceCents: 1400, discountBasisPoints: 1500 },
]
/** Their totals are those of the README. */
export const SHIPPED = 'order-1001'
export const CANCELLED = 'order-1002'

const SECOND_MS = 1000
/** After so many refusals whoever sends a fact gives up, and calls somebody. */
const MOST_REFUSALS = 8
/** Whoever has heard nothing for so long stops asking. */
const LONGEST_PAUSE_MS = 5 * 86_400_000
const PATIENCE_MS = 30 * SECOND_MS
const NEXT_ORDER_AFTER_MS = 5 * SECOND_MS
const LOOK_AFTER_MS = 20 * SECOND_MS

/** @param isOld whether the database still holds the orders of long ago */
export async function work(answers: Answer[], isOld: boolean): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  await Promise.all([
    live(SHIPPED, LINES, [
      [1, { type: 'RecordPayment', outcome: 'authorized' }],
      [2, { type: 'RecordStock', outcome: 'reserved' }],
      [3, { type: 'ShipOrder' }],
    ]),
    sleep(NEXT_ORDER_AFTER_MS).then(() =>
      live(CANCELLED, LINES.slice(0, 1), [
        [1, { type: 'RecordStock', outcome: 'reserved' }],
        [2, { type: 'RecordPayment', outcome: 'authorized' }],
        [3, { type: 'CancelOrder' }],
      ]),
    ),
  ])
  await sleep(LOOK_AFTER_MS)
  for (const orderId of [SHIPPED, CANCELLED]) await look(orderId)
  for (const { placement } of isOld ? OLD_ORDERS : []) {
    await look(placement.orderId)
    await send(placement.orderId, { type: 'CancelOrder' }, 1)
  }

  /** Each of them comes at its own time, whatever becomes of the others. */
  async function live(orderId: string, lines: OrderLine[], commands: [seconds: number, command: Command][]) {
    await send(orderId, { type: 'PlaceOrder', orderId, customer: { id: 'ada' }, orderDate: today, lines }, 1)
    const sent = commands.map(async ([seconds, command]) => {
      await sleep(seconds * SECOND_MS)
      await send(orderId, command, command.type === 'CancelOrder' ? 1 : MOST_REFUSALS)
    })
    await Promise.all(sent)
  }

  /** Again and again until somebody answers; after a refusal only so often. The pauses double. */
  async function send(orderId: string, command: Command, mostRefusals: number): Promise<void> {
    for (let pauseMs = SECOND_MS, refusals = 0; pauseMs < LONGEST_PAUSE_MS; pauseMs *= 2) {
      const status = await ask(orderId, command)
      if (status === 204) return
      if (status !== undefined && status !== 503 && ++refusals >= mostRefusals) return
      await sleep(pauseMs)
    }
  }

  async function look(orderId: string): Promise<void> {
    for (let pauseMs = SECOND_MS; pauseMs < LONGEST_PAUSE_MS; pauseMs *= 2) {
      const status = await ask(orderId, undefined)
      if (status !== undefined && status !== 503) return
      await sleep(pauseMs)
    }
  }

  /** @returns the status; undefined when no answer came */
  async function ask(orderId: string, command: Command | undefined): Promise<number | undefined> {
    try {
      const response = await answerTo(orderId, command)
      const said = response.status === 204 ? '' : await response.text()
      answers.push({ orderId, command, status: response.status, said })
      return response.status
    } catch {
      return undefined
    }
  }
}

/** @throws TypeError when the connection breaks, and an Error when nobody answers in time */
async function answerTo(orderId: string, command: Command | undefined): Promise<Response> {
  const url = `http://orders/${command === undefined ? 'orders' : inputOf(command).type}/${orderId}`
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PATIENCE_MS)
  })
  try {
    if (command === undefined) return await fetch(url)
    const headers = { 'idempotency-key': `${orderId}/${command.type}` }
    const body = command.type === 'PlaceOrder' ? JSON.stringify(command) : null
    return await Promise.race([tooLate, fetch(url, { method: 'POST', headers, body })])
  } finally {
    clearTimeout(timer)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
