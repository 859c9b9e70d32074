import { describe, expect, test } from 'vitest'
import { fold } from './fold.ts'
import { createLag, lag, lagAt, lagSummary } from './lag.ts'
import type { RecordOf } from './records.ts'
import { appended, traceOf } from './trace-of.ts'

const at = { topic: 'order.events', partition: 0, group: 'search' }
const committed = (t: number, offset: number, partition = 0) => ({
  kind: 'kafka.commit' as const,
  t,
  ...at,
  partition,
  offset,
})
const assigned = (t: number, ...partitions: string[]) => ({
  kind: 'kafka.group' as const,
  t,
  group: 'search',
  state: 'Stable' as const,
  generation: 1,
  members: [{ member: 'search-1', process: 'search', partitions }],
})
const delivered = (t: number, offset: number): Omit<RecordOf<'kafka.deliver'>, 'seq' | 'cause'> => ({
  kind: 'kafka.deliver',
  t,
  ...at,
  process: 'search',
  offset,
  member: 'search-1',
  label: 'order-1/OrderPlaced',
  redelivery: false,
})

const searchLag = (...drafts: Parameters<typeof traceOf>) => {
  const state = fold(lag, traceOf(...drafts))
  return { state, ...state.groups.get('search')! }
}

describe('lag', () => {
  test('rises with every message and falls with commits, not with deliveries', () => {
    const { total, partitions } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 1, { t: 20 }),
      delivered(25, 0),
      committed(30, 1),
      committed(50, 2),
    )
    expect(total.steps).toEqual([
      { t: 10, messages: 1, oldestAt: 10 },
      { t: 20, messages: 2, oldestAt: 10 },
      { t: 30, messages: 1, oldestAt: 20 },
      { t: 50, messages: 0, oldestAt: null },
    ])
    expect(partitions.get('order.events/0')!.steps).toEqual(total.steps)
    expect(total).toMatchObject({
      worstMessages: 2,
      worstMessagesAt: 20,
      worstAgeMs: 30,
      worstAgeAt: 50,
      behindMs: 40,
    })
  })

  test('can be sampled at any moment, when the oldest message is older than at the step', () => {
    const { total } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      committed(110, 1),
    )
    expect([0, 9, 10, 60, 109, 110, 500].map(t => lagAt(total, t))).toEqual([
      { messages: 0, ageMs: 0 },
      { messages: 0, ageMs: 0 },
      { messages: 1, ageMs: 0 },
      { messages: 1, ageMs: 50 },
      { messages: 1, ageMs: 99 },
      { messages: 0, ageMs: 0 },
      { messages: 0, ageMs: 0 },
    ])
  })

  test('of a group that never catches up grows older until the end of the trace', () => {
    const { state, total } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      { kind: 'settled', t: 1010, steps: 1 },
    )
    expect(total.behindMs).toBe(0)
    expect(lagSummary(total, state.t)).toMatchObject({ behindMs: 1000, worstAgeMs: 1000, worstAgeAt: 1010 })
  })

  test('adds up over partitions, and is as old as the oldest of them', () => {
    const { total, partitions } = searchLag(
      assigned(0, 'order.events/0', 'order.events/1'),
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 0, { t: 20, partition: 1 }),
      committed(30, 1),
      committed(40, 1, 1),
    )
    expect(total.steps.map(step => [step.t, step.messages, step.oldestAt])).toEqual([
      [10, 1, 10],
      [20, 2, 10],
      [30, 1, 20],
      [40, 0, null],
    ])
    expect(partitions.get('order.events/1')!.steps).toHaveLength(2)
  })

  test('counts from the first message that a group without a commit was handed', () => {
    const { total } = searchLag(
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 1, { t: 20 }),
      assigned(100, 'order.events/0'),
      delivered(110, 0),
      delivered(120, 1),
    )
    expect(total.steps).toEqual([{ t: 110, messages: 2, oldestAt: 10 }])
  })

  test('goes up again when a group is set back', () => {
    const { total } = searchLag(
      ...Array.from({ length: 30 }, (_, offset) => appended('order.events', offset, { t: offset })),
      committed(50, 30),
      committed(60, 3),
    )
    expect(total.steps).toEqual([{ t: 60, messages: 27, oldestAt: 3 }])
  })

  test('counts messages, not offsets, where transaction markers take some', () => {
    const { total } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 2, { t: 20 }),
      committed(30, 2),
      committed(40, 4),
    )
    expect(total.steps.map(step => step.messages)).toEqual([1, 2, 1, 0])
  })

  test('says nothing of messages that were deleted unread', () => {
    const { total } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 1, { t: 20 }),
      {
        kind: 'kafka.retention',
        t: 30,
        topic: 'order.events',
        partition: 0,
        low: 1,
        deleted: 1,
        unreadBy: { search: 1 },
      },
    )
    expect(total.steps.at(-1)).toEqual({ t: 30, messages: 1, oldestAt: 20 })
  })

  test('keeps one step per moment', () => {
    const { state, total } = searchLag(
      assigned(0, 'order.events/0'),
      appended('order.events', 0, { t: 10 }),
      appended('order.events', 1, { t: 10 }),
      committed(10, 2),
      appended('order.events', 2, { t: 20 }),
      appended('order.events', 3, { t: 20 }),
      { kind: 'settled', t: 30, steps: 1 },
    )
    expect(total.steps).toEqual([{ t: 20, messages: 2, oldestAt: 20 }])
    expect(lagSummary(total, state.t)).toMatchObject({
      worstMessages: 2,
      worstMessagesAt: 20,
      worstAgeMs: 10,
    })
  })
})

test('without its steps it comes to the same summaries', () => {
  const drafts = Array.from({ length: 40 }, (_, offset) => [
    appended('order.events', offset, { t: offset * 10 }),
    ...(offset % 7 === 3 ? [committed(offset * 10 + 5, offset)] : []),
  ]).flat()
  const trace = traceOf(assigned(0, 'order.events/0'), ...drafts)
  const whole = fold(createLag(), trace).groups.get('search')!.total
  const lean = fold(createLag({ keepSteps: false }), trace).groups.get('search')!.total
  expect(lagSummary(lean, 500)).toEqual(lagSummary(whole, 500))
  expect(lean.steps.length).toBeLessThanOrEqual(2)
  expect(whole.steps.length).toBeGreaterThan(2)
})
