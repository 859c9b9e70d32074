import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventQueue, type QueuedEvent } from './event-queue.ts'

const event = (at: number, seq: number): QueuedEvent => ({
  at,
  seq,
  action: () => {},
  owner: null,
  subject: '',
  cause: 0,
  idle: undefined,
  timerDelayMs: undefined,
  lineage: null,
  effectsSeen: -1,
})

function drain(queue: EventQueue): QueuedEvent[] {
  const events: QueuedEvent[] = []
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) events.push(next)
  return events
}

const inOrder = (events: readonly QueuedEvent[]) =>
  [...events].sort((left, right) => left.at - right.at || left.seq - right.seq)

/** Few different moments, so that there are many ties. */
const moments = fc.array(fc.nat(20), { maxLength: 200 })

describe('an event queue', () => {
  test('is empty at first', () => {
    const queue = new EventQueue()
    expect([queue.size, queue.peek(), queue.pop(), queue.size]).toEqual([0, undefined, undefined, 0])
  })

  test('gives events in order of time, and at one moment in the order they were scheduled', () => {
    fc.assert(
      fc.property(moments, times => {
        const queue = new EventQueue()
        const events = times.map((at, seq) => event(at, seq))
        for (const each of events) queue.push(each)
        expect(queue.size).toBe(events.length)
        expect(drain(queue)).toEqual(inOrder(events))
      }),
    )
  })

  test('gives the first of what is there, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20)), { maxLength: 300 }), commands => {
        const queue = new EventQueue()
        let model: QueuedEvent[] = []
        commands.forEach((at, seq) => {
          if (at === null) {
            expect(queue.peek()).toBe(model[0])
            expect(queue.pop()).toBe(model[0])
            model = model.slice(1)
          } else {
            const pushed = event(at, seq)
            queue.push(pushed)
            model = inOrder([...model, pushed])
          }
          expect(queue.size).toBe(model.length)
        })
        expect(drain(queue)).toEqual(model)
      }),
    )
  })

  test('keeps its order when times are moved and events dropped while it is rebuilt', () => {
    fc.assert(
      fc.property(moments, fc.nat(5), (times, drop) => {
        const queue = new EventQueue()
        const events = times.map((at, seq) => event(at, seq))
        for (const each of events) queue.push(each)
        queue.rebuild(each => {
          if (each.seq % 2 === 0) each.at += 7
          return each.seq % 6 !== drop
        })
        expect(drain(queue)).toEqual(inOrder(events.filter(({ seq }) => seq % 6 !== drop)))
      }),
    )
  })

  test('drops what was cancelled when it is rebuilt, without asking about it', () => {
    const queue = new EventQueue()
    const cancelled = event(1, 1)
    cancelled.action = null
    queue.push(cancelled)
    queue.push(event(2, 2))
    const asked: number[] = []
    queue.rebuild(({ seq }) => asked.push(seq) > 0)
    expect(asked).toEqual([2])
    expect(drain(queue).map(({ seq }) => seq)).toEqual([2])
  })
})
