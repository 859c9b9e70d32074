/**
 * The service `accounts`, whose consumer you write: it has every transfer booked by the bank.
 */
import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
import type { Party } from '#simulator/scenario/scenario.ts'

/** In the order in which they are published to `account.events`, so that the offset of each is its place in this list. */
export const TRANSFERS = [
  { id: 'alice-1', account: 'alice', type: 'Deposited' },
  { id: 'alice-2', account: 'alice', type: 'Withdrawn' },
  { id: 'bob-1', account: 'bob', type: 'Deposited' },
  { id: 'alice-3', account: 'alice', type: 'Transferred' },
  { id: 'alice-4', account: 'alice', type: 'Closed' },
] as const

/** So many are published at first, the others when the operator is at work. */
export const AT_FIRST = 3

export const MESSAGES = TRANSFERS.map(({ id, account, type }, index) => {
  const ids = { id, trace_id: `trace-${id}`, causation_id: `command-${id}`, correlation_id: account }
  const time = new Date(Date.UTC(2026, 0, 5, 9) + index).toISOString()
  const value = JSON.stringify({ ...ids, type, version: 1, time, data: { account, amountCents: 100 } })
  return { key: account, value, headers: { traceparent: `trace-${id}` } }
})

/** The bank refuses for good. */
export const REFUSED = 422
/** As above, and `dead.accounts` does not take the first two messages. */
export const REFUSED_TWICE = 423
/** Nobody thought of this answer: the handler throws a TypeError. */
export const BUG = 404
/** The answer is so large that the process runs out of memory. */
export const OUT_OF_MEMORY = 413
/** A failure in passing. From now on the first two attempts at every transfer fail. */
export const FLAKY = 500
/** Any other status from 500 on: the bank is down, and will come back. */

/** Well below the 30 s after which the broker would give our partitions to another consumer. */
const LONGEST_WAIT_MS = 20_000

/** What is known of the transfers and of how they fared until now. */
export interface Troubles {
  noteAttempt(id: string): void
  /** Whether this attempt is one of those that fail in passing. */
  isFlaky(id: string): boolean
  remember(id: string, status: number): void
  /** What the bank said about it before, if that still holds. */
  statusOf(id: string): number | undefined
}

export function createHandler(troubles: Troubles): ConsumeOptions['handle'] {
  return async ({ id }) => {
    troubles.noteAttempt(id)
    if (troubles.isFlaky(id)) throw new Error('the bank answers 500')
    const status = await ask(id)
    troubles.remember(id, status)
    if (status === FLAKY) throw new Error('the bank answers 500')
    if (status === REFUSED || status === REFUSED_TWICE)
      throw new PermanentError(`the bank refuses with ${status}`)
    if (status === BUG) throw new TypeError("Cannot read properties of undefined (reading 'balance')")
    if (status === OUT_OF_MEMORY) {
      setTimeout(() => {
        throw new Error('out of memory')
      })
      await new Promise(() => {})
    }
    if (status > FLAKY) throw new TransientError(`the bank answers ${status}`)
  }
}

/** @returns the status of the bank's answer. It is waited for: here the bank answers in the end, if it can be reached. */
async function ask(id: string): Promise<number> {
  const headers = { 'idempotency-key': id }
  const response = await fetch('http://bank/transfers', { method: 'POST', headers }).catch(error => {
    throw new TransientError(`the bank does not answer: ${error}`)
  })
  const waitMs = Number(response.headers.get('retry-after') ?? 0) * 1_000
  if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, Math.min(waitMs, LONGEST_WAIT_MS)))
  return response.status
}

/** Books a transfer once, however often it is asked to. What it has answered because of a fault it answers again. */
export function createBank(booked: string[], troubles: Troubles): Party {
  return {
    get ledger() {
      return booked.map(key => ({ action: 'booked', key }))
    },
    async fetch({ headers }) {
      const id = String(headers.get('idempotency-key'))
      const status = troubles.statusOf(id) ?? 201
      if (status === 201 && !booked.includes(id)) booked.push(id)
      return new Response(null, { status })
    },
  }
}
