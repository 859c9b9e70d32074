import { expect, test } from 'vitest'
import { traceOf } from '#simulator/trace/trace-of.ts'
import { THROWN } from '#simulator/world/errors.ts'
import { ownErrors } from './own-errors.ts'

const delivered = {
  kind: 'kafka.deliver' as const,
  topic: 'sales.events',
  partition: 0,
  offset: 0,
  group: 'inventory',
  member: 'member-1',
  label: 'order-1/OrderPlaced',
  redelivery: false,
  process: 'inventory',
}

function failed(error: string, thrown?: unknown) {
  const { member: _, redelivery: __, ...rest } = delivered
  return { ...rest, kind: 'kafka.handled' as const, ok: false, error, [THROWN]: thrown }
}

test('a program that dies when it starts is told of once, with its line', () => {
  const error = new Error('no such column: weeks')
  error.name = 'SqliteError'
  error.stack = `SqliteError: no such column: weeks
    at Database.prepare (/somewhere/simulator/sqlite/database.ts:80:11)
    at Object.inventory (/somewhere/exercises/12-idempotent-consumer/inventory.ts:14:22)
    at start (/somewhere/simulator/scenario/simulate.ts:100:1)`
  const crash = {
    kind: 'process.crash' as const,
    incarnation: 1,
    reason: 'SqliteError: no such column: weeks',
    process: 'inventory',
    [THROWN]: error,
  }
  expect(
    ownErrors(traceOf({ kind: 'process.start', incarnation: 1, process: 'inventory' }, crash, crash)),
  ).toEqual([
    {
      process: 'inventory',
      error: 'SqliteError: no such column: weeks',
      times: 2,
      sentence: 'inventory threw when it started, 2 times: SqliteError: no such column: weeks.',
      at: 'exercises/12-idempotent-consumer/inventory.ts:14:22',
    },
  ])
})

test('the message of an engine’s error is told, though the trace has only its name', () => {
  const [error] = ownErrors(traceOf(delivered, failed('TypeError', new TypeError('x is undefined'))))
  expect(error?.sentence).toBe('inventory threw on OrderPlaced of order-1: TypeError: x is undefined.')
})

test('what a fault made fail is not the program’s own error', () => {
  const strike = (fault: string, site: string) => ({
    kind: 'fault.strike' as const,
    fault,
    site,
    process: 'inventory',
  })
  const busy = failed('SqliteError: database is locked')
  expect(
    ownErrors(traceOf(delivered, strike('error', 'inventory/insert stock order-1/OrderPlaced#1'), busy)),
  ).toEqual([])
  expect(
    ownErrors(
      traceOf(strike('poison', 'inventory/deliver order-1/OrderPlaced#1'), delivered, failed('SyntaxError')),
    ),
  ).toEqual([])
  const window = { fault: 'database-busy', service: 'inventory' }
  expect(ownErrors(traceOf({ kind: 'fault.begin', ...window }, delivered, busy))).toEqual([])
  // After the fault it is on its own again.
  expect(
    ownErrors(traceOf({ kind: 'fault.begin', ...window }, { kind: 'fault.end', ...window }, delivered, busy)),
  ).toHaveLength(1)
  expect(ownErrors(traceOf(strike('error', 'x'), delivered, busy))).toHaveLength(1)
})

test('what KafkaJS makes of a handler’s error is not told again, and no more than three errors are', () => {
  const wrapped = {
    kind: 'process.crash' as const,
    incarnation: 1,
    reason: 'KafkaJSNonRetriableError: no',
    process: 'inventory',
  }
  expect(ownErrors(traceOf(delivered, failed('Error: no'), wrapped))).toHaveLength(1)
  expect(ownErrors(traceOf(...['a', 'b', 'c', 'd'].map(text => failed(`Error: ${text}`))))).toHaveLength(3)
})
