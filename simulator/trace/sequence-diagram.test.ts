import fc from 'fast-check'
import mermaid from 'mermaid'
import { describe, expect, test } from 'vitest'
import { renderAscii } from './ascii.ts'
import { concerning } from './concern.ts'
import { fold } from './fold.ts'
import { sequenceDiagram } from './sequence-diagram.ts'
import { appended, traceOf } from './trace-of.ts'

const message = {
  topic: 'order.events',
  partition: 2,
  offset: 14,
  group: 'inventory',
  label: 'order-7/OrderPlaced',
}
const trace = traceOf(
  { kind: 'fault.begin', t: 5, fault: 'slow', service: 'inventory' },
  {
    kind: 'http.request',
    t: 100,
    process: 'shopper',
    to: 'orders',
    method: 'POST',
    path: '/orders',
    subject: 'order-7',
  },
  {
    kind: 'db.commit',
    t: 104,
    process: 'orders',
    cause: 2,
    database: 'orders',
    writes: ['insert events', 'insert outbox', 'insert outbox'],
    changes: 3,
  },
  { kind: 'http.response', t: 110, process: 'shopper', cause: 3, from: 'orders', status: 201 },
  { ...appended('order.events', 14, { t: 120, process: 'relay', label: message.label }), partition: 2 },
  {
    kind: 'kafka.deliver',
    t: 130,
    process: 'inventory',
    cause: 5,
    member: 'i-1',
    redelivery: false,
    ...message,
  },
  {
    kind: 'process.crash',
    process: 'inventory',
    cause: 6,
    incarnation: 1,
    reason: 'crash',
    site: 'inventory/commit order-7#1',
  },
  { kind: 'process.start', t: 1130, process: 'inventory', cause: 7, incarnation: 2 },
  {
    kind: 'kafka.deliver',
    t: 1140,
    process: 'inventory',
    cause: 5,
    member: 'i-2',
    redelivery: true,
    ...message,
  },
  {
    kind: 'kafka.handled',
    process: 'inventory',
    cause: 9,
    ...message,
    ok: false,
    error: 'TypeError: x; y #1',
  },
  { kind: 'party.did', process: 'mail', cause: 9, party: 'mail', action: 'send', key: 'order-7' },
  { kind: 'http.failed', process: 'inventory', cause: 9, to: 'mail', error: 'ECONNRESET' },
  { kind: 'heal', t: 2000 },
)

describe('a sequence diagram', () => {
  const text = sequenceDiagram(trace, { subject: 'order-7' })

  test('shows who said what to whom, and notes of what went wrong', () => {
    expect(text).toBe(`sequenceDiagram
  participant inventory
  actor shopper
  participant orders
  participant orders_database as orders (database)
  participant relay
  participant order_events_topic as order.events (topic)
  participant mail
  Note over inventory: fault: slow from 0.005 s
  shopper->>orders: POST /orders
  orders->>orders_database: insert events, insert outbox ×2
  orders-->>shopper: 201
  relay->>order_events_topic: OrderPlaced @2/14
  order_events_topic->>inventory: OrderPlaced
  Note over inventory: crashes at 0.130 s
  Note over inventory: starts again at 1.130 s
  order_events_topic->>inventory: OrderPlaced again
  Note over inventory: failed: TypeError: x#59; y #35;1
  Note over mail: send order-7
  mail--xinventory: ECONNRESET
  Note over inventory,mail: healed at 2.000 s
`)
  })

  test('is one that Mermaid can read', async () => {
    expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'sequence' })
  })

  test('can be read by Mermaid whatever the names and texts are', async () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        'end',
        'note',
        'loop',
        '%%{init}%%',
        'a->>b: c',
        'actor',
        '#',
        '7',
        'wrap:',
        'participant x',
      ),
    )
    await fc.assert(
      fc.asyncProperty(name, name, name, async (process, topic, label) => {
        const drawn = sequenceDiagram(
          traceOf(
            appended(topic, 0, { process, label }),
            { kind: 'http.request', process, to: topic, method: label, path: process, subject: '' },
            { kind: 'kafka.handled', process, ...message, ok: false, error: label },
          ),
        )
        expect(await mermaid.parse(drawn)).toMatchObject({ diagramType: 'sequence' })
      }),
      { numRuns: 300 },
    )
  })

  test('draws one order out of many', () => {
    const [other] = traceOf(appended('order.events', 15, { t: 2001, label: 'order-71/OrderPlaced' }))
    const records = fold(concerning('order-7'), [...trace, { ...other!, seq: 14 }]).records()
    const drawn = sequenceDiagram(records, { subject: 'order-7' })
    expect(drawn).not.toContain('order-71')
    expect(drawn).toContain('order_events_topic->>inventory: OrderPlaced again')
  })

  test('counts what is too much to draw', async () => {
    const many = traceOf(...Array.from({ length: 30 }, (_, offset) => appended('order.events', offset)))
    const drawn = sequenceDiagram(many, { maxArrows: 10 })
    expect(drawn.split('->>')).toHaveLength(11)
    expect(drawn).toContain('Note over relay,order_events_topic: … and 20 more')
    expect(await mermaid.parse(drawn)).toBeTruthy()
  })

  test('is valid when there is nothing to draw', async () => {
    expect(sequenceDiagram([])).toBe('sequenceDiagram\n')
    expect(await mermaid.parse(sequenceDiagram([]))).toBeTruthy()
    expect(await mermaid.parse(sequenceDiagram(traceOf({ kind: 'heal' })))).toBeTruthy()
  })
})

describe('a sequence diagram in the terminal', () => {
  const text = sequenceDiagram(trace, { subject: 'order-7' })

  test('shows every text, also of notes before the first arrow', () => {
    const drawn = renderAscii(text, { width: 200 })
    for (const part of [
      '(inventory: fault: slow from 0.005 s)',
      'POST /orders',
      'insert events, insert outbox ×2',
      'OrderPlaced @2/14',
      'crashes at 0.130 s',
      'failed: TypeError: x; y #1',
      'ECONNRESET',
      'healed at 2.000 s',
      'order.events (topic)',
    ])
      expect(drawn).toContain(part)
    expect(drawn).toContain('▶')
  })

  test('breaks texts to fit into the width', () => {
    for (const width of [150, 120, 100]) {
      const columns = Math.max(
        ...renderAscii(text, { width })
          .split('\n')
          .map(line => line.length),
      )
      expect(columns).toBeLessThanOrEqual(width)
    }
  })

  test('is plain ASCII on demand', () => {
    const drawn = renderAscii(text, { plain: true })
    expect(drawn).toMatch(/^[\n\x20-\x7e]+$/)
    expect(drawn).toContain('>')
  })

  test('is drawn the same whether or not the output is a terminal', () => {
    expect(renderAscii(text)).not.toContain('\u001b')
  })

  test('survives a diagram without arrows', () => {
    expect(renderAscii(sequenceDiagram(traceOf({ kind: 'heal', t: 7 })))).toContain('healed at 0.007 s')
    expect(renderAscii(sequenceDiagram([]))).toBe('')
  })
})
