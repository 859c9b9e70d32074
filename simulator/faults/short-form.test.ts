import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault } from '#simulator/world/runtime.ts'
import { CATALOGUE } from './catalogue.ts'
import { parseFault } from './plan.ts'
import { readShortForm, writeShortForm } from './short-form.ts'

const TARGETS = {
  services: ['orders', 'relay', 'payments', 'inventory', 'search'],
  parties: ['psp', 'mail'],
  topics: ['order.events'],
}
const parse = (value: unknown): Fault => parseFault(value, 'here', TARGETS)

describe('reads', () => {
  test('a window with start and length', () => {
    expect(readShortForm('down:search@10s+30s')).toEqual({
      kind: 'down',
      service: 'search',
      from: '10s',
      for: '30s',
    })
  })

  test('a window without an end, without a start, and without either', () => {
    expect(readShortForm('second-instance:relay@5s')).toEqual({
      kind: 'second-instance',
      service: 'relay',
      from: '5s',
    })
    expect(readShortForm('old-data:orders')).toEqual({ kind: 'old-data', service: 'orders' })
  })

  test('a fault of the broker, of which there is one', () => {
    const short = { kind: 'broker-down', from: '10s', for: '30s' }
    expect(readShortForm('broker-down@10s+30s')).toEqual(short)
    expect(parse('broker-down@10s+30s')).toEqual(parse('broker-down:kafka@10s+30s'))
    expect(parse('broker-down')).toEqual({ kind: 'broker-down', service: 'kafka', from: 0 })
  })

  test('a rate, also within a window', () => {
    expect(readShortForm('duplicate:inventory=0.2')).toEqual({
      kind: 'duplicate',
      service: 'inventory',
      rate: 0.2,
    })
    expect(readShortForm('duplicate:inventory@5s+10s=0.2')).toEqual({
      kind: 'duplicate',
      service: 'inventory',
      from: '5s',
      for: '10s',
      rate: 0.2,
    })
  })

  test('a site with everything that belongs to its name', () => {
    expect(readShortForm('crash:inventory/commit order-7/OrderPlaced#2?when=before')).toEqual({
      kind: 'crash',
      at: 'inventory/commit order-7/OrderPlaced#2',
      when: 'before',
    })
  })

  test('a site whose name has a question mark, an equals sign or an at sign in it', () => {
    const at = 'gateway/request GET search /products?Q=Tea@home'
    expect(readShortForm(`error:${at}?status=500`)).toEqual({ kind: 'error', at, status: 500 })
    expect(readShortForm(`error:${at}`)).toEqual({ kind: 'error', at })
  })

  test('further parameters, numbers as numbers', () => {
    expect(readShortForm('failing:psp@5s+30s?status=429&by=2s&share=0.5')).toEqual({
      kind: 'failing',
      service: 'psp',
      from: '5s',
      for: '30s',
      status: 429,
      by: '2s',
      share: 0.5,
    })
  })

  test('what is no number as text, for the schema to refuse with its place', () => {
    expect(readShortForm('duplicate:inventory=often')).toMatchObject({ rate: 'often' })
    expect(readShortForm('error:inventory/insert stock?times=')).toMatchObject({ times: '' })
  })
})

describe('refuses, with the grammar and an example', () => {
  test.each(['', ':search', '@10s', 'Down:search', 'down search', 'down:search@', 'down:search@10s+', '12'])(
    '%j',
    text => {
      expect(() => readShortForm(text)).toThrow(
        expect.objectContaining({
          code: 'bad-fault',
          message: `The fault "${text}" cannot be read.`,
          next: expect.stringMatching(/^Write kind:service@from\+for.*down:search@10s\+30s\.$/),
        }),
      )
    },
  )
})

describe('writes what reads back as the same fault', () => {
  const examples = CATALOGUE.flatMap(({ examples }) => examples)

  test.each(examples.map(example => [example] as const))('%s', example => {
    const fault = parse(example)
    expect(parse(writeShortForm(fault))).toEqual(fault)
  })

  test('and leaves out what the schema fills in by itself', () => {
    expect(writeShortForm(parse('crash:inventory/commit order-7?when=after'))).toBe(
      'crash:inventory/commit order-7',
    )
    expect(writeShortForm(parse('slow:search@10s+30s?by=1s'))).toBe('slow:search@10s+30s')
    expect(writeShortForm(parse('pause:inventory/commit order-7?for=60s'))).toBe(
      'pause:inventory/commit order-7',
    )
    expect(writeShortForm(parse('slow:search@10s+30s?by=1001ms'))).toBe('slow:search@10s+30s?by=1001ms')
  })

  test('a rate that ends without having begun at a given moment', () => {
    const fault = parse({ kind: 'duplicate', service: 'inventory', rate: 0.2, for: '10s' })
    expect(parse(writeShortForm(fault))).toMatchObject({ ...fault, service: 'inventory' })
  })

  test('whatever valid fault it is', () => {
    fc.assert(
      fc.property(anyFault as fc.Arbitrary<Fault>, fault => {
        const text = writeShortForm(fault)
        expect(parse(text), text).toEqual(fault)
        expect(writeShortForm(parse(text))).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })
})

/** Fields as a person may write them; whatever the catalogue accepts of them is a fault. */
const someMs = fc.oneof(fc.constantFrom(0, 1000, 60_000, 86_400_000), fc.nat(10_000_000))
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const site = fc
  .tuple(
    fc.constantFrom('inventory', 'relay-2', 'payments'),
    fc.constantFrom('commit', 'deliver', 'send', 'insert sales', 'request GET psp'),
    fc.oneof(
      fc.constant(''),
      word.map(subject => ` ${subject}`),
      fc.tuple(word, word).map(([subject, type]) => ` ${subject}/${type}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: 1, max: 99 }).map(n => `#${n}`),
    ),
  )
  .map(parts => `${parts[0]}/${parts.slice(1).join('')}`)

const fields = {
  times: fc.integer({ min: 1, max: 1_000_000 }),
  by: fc.oneof(
    someMs,
    someMs.map(ms => 0 - ms),
  ),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  status: fc.integer({ min: 400, max: 599 }),
  when: fc.constantFrom(
    'before',
    'after',
    'busy',
    'full',
    'io',
    'at-once',
    'concurrently',
    'later',
    'other-owner',
  ),
  from: someMs,
  for: someMs,
}
const kind = fc.constantFrom(...CATALOGUE.map(entry => entry.kind))
const service = fc.constantFrom('inventory', 'search', 'psp', 'order.events', 'kafka')
const anyFault = fc
  .oneof(
    fc.record({ kind, at: site, ...fields }, { requiredKeys: ['kind', 'at'] }),
    fc.record(
      { kind, service, rate: fc.double({ min: 0, max: 1, noNaN: true }), ...fields },
      { requiredKeys: ['kind', 'service', 'rate'] },
    ),
    fc.record({ kind, service, ...fields }, { requiredKeys: ['kind', 'service'] }),
  )
  .map(tolerate)
  // A length without a start has a test of its own.
  .filter(fault => fault !== undefined && (fault.at !== undefined || fault.from !== undefined))

/** Drops the fields this kind does not know; undefined when it is no fault even so. */
function tolerate(raw: Record<string, unknown>): Fault | undefined {
  const entry = CATALOGUE.find(entry => entry.kind === raw.kind)!
  const schema = 'at' in raw ? entry.forms.site : 'rate' in raw ? entry.forms.rate : entry.forms.window
  if (schema === undefined || !('shape' in schema)) return undefined
  const known = Object.keys(schema.shape as object)
  const kept = Object.fromEntries(
    Object.entries(raw).filter(([name]) => name === 'kind' || known.includes(name)),
  )
  try {
    return parse(kept)
  } catch {
    return undefined
  }
}
