import { describe, expect, test } from 'vitest'
import { causality, chainOf, untraceable } from './causality.ts'
import { fold } from './fold.ts'
import { appended, traceOf } from './trace-of.ts'

const event = (id: string, causation_id?: string, correlation_id = 'order-1') =>
  JSON.stringify({ id, type: 'Happened', causation_id, correlation_id, data: {} })

const stateOf = (...values: (string | null)[]) =>
  fold(causality, traceOf(...values.map((value, offset) => ({ ...appended('order.events', offset), value }))))

describe('causality', () => {
  test('leads from an event over its causes to the command', () => {
    const state = stateOf(event('placed', 'command-1'), event('paid', 'placed'), event('shipped', 'paid'))
    const { events, command, broken } = chainOf(state, 'shipped')
    expect(events.map(({ id, at }) => `${id} ${at}`)).toEqual([
      'shipped order.events/0@2',
      'paid order.events/0@1',
      'placed order.events/0@0',
    ])
    expect({ command, broken }).toEqual({ command: 'command-1', broken: undefined })
    expect(untraceable(state)).toEqual([])
  })

  test('does not depend on the order of publication', () => {
    expect(chainOf(stateOf(event('paid', 'placed'), event('placed', 'command-1')), 'paid').command).toBe(
      'command-1',
    )
  })

  test.each([
    ['no-causation', [event('placed'), event('paid', 'placed')], ['placed', 'paid']],
    ['names-itself', [event('placed', 'placed')], ['placed']],
    ['cycle', [event('a', 'b'), event('b', 'a')], ['a', 'b']],
    ['other-correlation', [event('placed', 'command-1'), event('paid', 'placed', 'order-2')], ['paid']],
  ])('finds %s', (reason, values, ids) => {
    expect(untraceable(stateOf(...values)).map(({ event, reason }) => [event.id, reason])).toEqual(
      ids.map(id => [id, reason]),
    )
  })

  test('takes the same id for the same event, however often it is published', () => {
    const { events } = stateOf(event('placed', 'command-1'), event('placed', 'command-1'))
    expect([...events.values()].map(({ at, copies }) => [at, copies])).toEqual([['order.events/0@0', 2]])
  })

  test('reads CloudEvents and skips what is no event', () => {
    const cloud = JSON.stringify({
      specversion: '1.0',
      id: 'paid',
      causationid: 'placed',
      correlationid: 'order-1',
    })
    const state = stateOf(event('placed', 'command-1'), cloud, 'plain text', '{"broken', '{"id":7}', null)
    expect(chainOf(state, 'paid').command).toBe('command-1')
    expect(state.withoutId).toEqual(['order.events/0@2', 'order.events/0@3', 'order.events/0@4'])
  })
})
