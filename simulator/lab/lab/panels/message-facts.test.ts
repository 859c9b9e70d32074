import { describe, expect, it } from 'vitest'
import { appended } from '#simulator/trace/trace-of.ts'
import { runOf } from '../axis/run-of.ts'
import { causalStory, messagesOf, prettyValue, sayStanding } from './message-facts.ts'

const place = { topic: 'order.events', partition: 0, group: 'search', label: 'order-1/OrderPlaced' }
const delivered = (t: number, redelivery = false) => ({
  kind: 'kafka.deliver' as const,
  t,
  process: 'search',
  ...place,
  offset: 0,
  member: 'search-1',
  redelivery,
})
const handled = (t: number, error?: string) => ({
  kind: 'kafka.handled' as const,
  t,
  process: 'search',
  ...place,
  offset: 0,
  ok: error === undefined,
  ...(error === undefined ? {} : { error }),
})
const envelope = (id: string, causation: string) =>
  JSON.stringify({ id, type: 'OrderPlaced', causation_id: causation, correlation_id: 'order-1' })

const run = runOf(
  appended('order.events', 0, { t: 0, value: envelope('a', 'place-order-1') }),
  delivered(10),
  handled(20, 'Error: no stock'),
  delivered(30, true),
  handled(40),
  appended('order.events', 1, { t: 50, value: envelope('b', 'a') }),
)
const index = messagesOf(run)
const message = index.byPlace.get('order.events/0@0')!

describe('a message', () => {
  it('stands as it did at the moment', () => {
    expect([1, 2, 3, 4, 5].map(seq => sayStanding(message, seq).text)).toEqual([
      'unread',
      'being handled',
      'failed at search',
      'being handled, again ×1',
      'handled by 1, again ×1',
    ])
    expect(sayStanding(message, 3).isTrouble).toBe(true)
  })

  it('is found by topic in the order of publication', () => {
    expect(index.byTopic.get('order.events')!.map(({ append }) => append.offset)).toEqual([0, 1])
  })

  it('expires once, when retention has passed it', () => {
    const expired = {
      kind: 'kafka.retention' as const,
      topic: 'order.events',
      partition: 0,
      deleted: 1,
      unreadBy: {},
    }
    const swept = runOf(appended('order.events', 0), { ...expired, low: 1 }, { ...expired, low: 1 })
    const { steps } = messagesOf(swept).byPlace.get('order.events/0@0')!
    expect(steps.map(({ what }) => what)).toEqual(['expired'])
  })
})

describe('its causal story', () => {
  it('leads back to the command and on to what followed', () => {
    const { command, causes, effects } = causalStory(index, index.byPlace.get('order.events/0@1')!)!
    expect(command).toBe('place-order-1')
    expect(causes.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(effects).toEqual([])
    expect(causalStory(index, message)!.effects.map(({ id }) => id)).toEqual(['b'])
  })

  it('does not exist for a value that is no envelope', () => {
    const bare = messagesOf(runOf(appended('order.events', 0, { value: 'hello' })))
    expect(causalStory(bare, bare.byPlace.get('order.events/0@0')!)).toBeUndefined()
  })
})

describe('a value', () => {
  it('is spread over lines when it is JSON and left alone otherwise', () => {
    expect(prettyValue('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect(prettyValue('{"a":')).toBe('{"a":')
    expect(prettyValue(null)).toMatch(/tombstone/)
  })
})
