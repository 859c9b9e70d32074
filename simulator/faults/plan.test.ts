import { describe, expect, test } from 'vitest'
import { CATALOGUE } from './catalogue.ts'
import { parseFault, parsePlan } from './plan.ts'

const TARGETS = {
  services: ['orders', 'relay', 'payments', 'inventory', 'search'],
  parties: ['psp', 'mail'],
  topics: ['order.events', 'payment.events'],
}
const fault = (value: unknown) => parseFault(value, '--fault', TARGETS)
const plan = (value: unknown) => parsePlan(value, 'plan.json', TARGETS)

/** The refusal as a person sees it. */
function refusal(action: () => unknown): { code: string; sentence: string; next: string } {
  try {
    action()
  } catch (error) {
    const { code, message, next } = error as { code: string; message: string; next: string }
    return { code, sentence: message, next }
  }
  throw new Error('it was not refused')
}

describe('a plan', () => {
  test('mixes objects and short forms, and durations as text and as numbers', () => {
    const { seed, faults } = plan({
      seed: 7,
      faults: [
        { kind: 'crash', at: 'inventory/commit order-7#1' },
        { kind: 'duplicate', at: 'inventory/deliver order-7/OrderPlaced', when: 'after-restart' },
        { kind: 'down', service: 'search', from: '10s', for: 30_000 },
        'slow:psp@1s+2s?by=8s',
      ],
    })
    expect(seed).toBe(7)
    expect(faults).toEqual([
      { kind: 'crash', at: 'inventory/commit order-7#1', when: 'after' },
      { kind: 'duplicate', at: 'inventory/deliver order-7/OrderPlaced', when: 'after-restart' },
      { kind: 'down', service: 'search', from: 10_000, for: 30_000 },
      { kind: 'slow', service: 'psp', from: 1000, for: 2000, by: 8000 },
    ])
  })

  test('is the same from objects as from their short forms', () => {
    expect(fault({ kind: 'down', service: 'search', from: '10s', for: '30s' })).toEqual(
      fault('down:search@10s+30s'),
    )
    expect(fault({ kind: 'duplicate', service: 'inventory', rate: 0.2 })).toEqual(
      fault('duplicate:inventory=0.2'),
    )
  })

  test('has the seed 1 unless it says otherwise, and may have no faults', () => {
    expect(plan({ faults: [] })).toEqual({ seed: 1, faults: [] })
    expect(plan({ seed: 0, faults: [] }).seed).toBe(0)
    expect(plan({ seed: 4_294_967_295, faults: [] }).seed).toBe(4_294_967_295)
  })
})

describe('defaults', () => {
  test.each([
    ['down:search', { from: 0 }],
    ['crash:inventory/commit order-7', { when: 'after' }],
    ['pause:inventory/commit order-7', { for: 60_000 }],
    ['duplicate:inventory=0.2', { when: 'at-once' }],
    ['hold:payments=0.1', { by: 5000 }],
    ['slow:search@10s', { by: 1000, from: 10_000 }],
    ['failing:psp@5s', { status: 503 }],
    ['poison:inventory/deliver order-7/OrderPlaced', { times: 1_000_000 }],
    ['late-commit:orders/append order-7', { by: 2000 }],
    ['retention:order.events@40s', { by: 0 }],
    ['schema-change:orders', { from: 0 }],
  ])('%s', (text, expected) => {
    expect(fault(text)).toMatchObject(expected)
  })

  test('of a window there is none for the length: it lasts until everything is healed', () => {
    expect(fault('down:search@10s')).not.toHaveProperty('for')
  })
})

describe('refuses', () => {
  test('a kind that does not exist, with the nearest two and all of them', () => {
    const { code, sentence, next } = refusal(() => fault('dwon:search@10s'))
    expect(code).toBe('bad-plan')
    expect(sentence).toBe('--fault: there is no fault "dwon".')
    expect(next).toMatch(/^Did you mean down or \S+\? All kinds: /)
    for (const { kind } of CATALOGUE) expect(next).toContain(kind)
  })

  test('an object without a kind', () => {
    expect(refusal(() => fault({ service: 'search' })).code).toBe('bad-plan')
    expect(refusal(() => fault({ kind: 3, service: 'search' })).sentence).toBe(
      '--fault: there is no fault "3".',
    )
  })

  test('a service that does not exist, with the nearest and all of them', () => {
    const { code, sentence, next } = refusal(() => fault('clock-skew:serch@0s+1s?by=1s'))
    expect(code).toBe('bad-plan')
    expect(sentence).toBe('--fault: there is no service "serch" for clock-skew to strike.')
    expect(next).toBe('Did you mean search or relay? There are orders, relay, payments, inventory, search.')
  })

  test('a party where only our own services can be struck, and accepts it where a party can', () => {
    expect(refusal(() => fault('disk-full:psp@1s')).sentence).toBe(
      '--fault: there is no service "psp" for disk-full to strike.',
    )
    expect(fault('down:psp@1s').service).toBe('psp')
    expect(fault('failing:mail@1s').service).toBe('mail')
    expect(refusal(() => fault('slow:pps@1s'))).toMatchObject({
      sentence: '--fault: there is no service or outside party "pps" for slow to strike.',
      next: expect.stringMatching(/Did you mean psp .*There are .*search, psp, mail\.$/),
    })
  })

  test('a topic that does not exist, and a service where a topic is meant', () => {
    expect(refusal(() => fault('retention:order.event@1s'))).toMatchObject({
      sentence: '--fault: there is no topic "order.event" for retention to strike.',
      next: 'Did you mean order.events or payment.events? There are order.events, payment.events.',
    })
    expect(refusal(() => fault('retention:orders@1s')).sentence).toContain('no topic "orders"')
  })

  test('another broker than kafka', () => {
    expect(refusal(() => fault('broker-down:orders@1s')).sentence).toBe(
      '--fault (broker-down): service should be kafka.',
    )
  })

  test('a field that does not exist there, with the nearest and all valid ones', () => {
    const { code, sentence, next } = refusal(() => fault({ kind: 'down', service: 'search', form: '10s' }))
    expect(code).toBe('bad-plan')
    expect(sentence).toBe('--fault (down): there is no field "form" here.')
    expect(next).toMatch(/^Did you mean (for or from|from or for)\? Valid are service, from, for\.$/)
  })

  test.each([
    ['down:search@soon', 'from should be a duration such as 500ms, 30s, 5m, 2h or 1d'],
    ['down:search@10s+ever', 'for should be a duration such as 500ms, 30s, 5m, 2h or 1d'],
    ['down:search@-1s', 'from should not be negative'],
    ['slow:search@1s?by=-1s', 'by should not be negative'],
    ['duplicate:inventory=1.5', 'rate should be a probability from 0 to 1'],
    ['duplicate:inventory=-0.1', 'rate should be a probability from 0 to 1'],
    ['duplicate:inventory=often', 'rate should be a probability from 0 to 1'],
    ['failing:psp@1s?share=2', 'share should be a probability from 0 to 1'],
    ['failing:psp@1s?status=200', 'status should be an HTTP status from 400 to 599'],
    ['failing:psp@1s?status=600', 'status should be an HTTP status from 400 to 599'],
    ['failing:psp@1s?status=oops', 'status should be an HTTP status from 400 to 599'],
    ['failing:psp@1s?status=404.5', 'status should be an HTTP status from 400 to 599'],
    ['error:inventory/insert stock?times=0', 'times should be at least 1'],
    ['error:inventory/insert stock?times=1.5', 'times should be a whole number of times'],
    ['error:inventory/insert stock?times=many', 'times should be a whole number of times'],
    ['crash:inventory/commit?when=during', 'when should be before or after'],
    ['error:inventory/insert stock?when=tired', 'when should be busy, full or io'],
    [
      'duplicate:inventory=0.2?when=soon',
      'when should be at-once, concurrently, after-restart, later or other-owner',
    ],
    ['clock-skew:payments@0s', 'by should be a duration such as 500ms, 30s, 5m, 2h or 1d'],
    ['crash:/commit order-7', 'at should be a site, written process/operation subject#occurrence'],
    ['crash:inventory/', 'at should be a site, written process/operation subject#occurrence'],
    ['down', 'service should be the name of a service, party or topic'],
  ])('%s', (text, problem) => {
    const entry = text.slice(0, text.search(/[:=@]|$/))
    expect(refusal(() => fault(text))).toEqual({
      code: 'bad-plan',
      sentence: `--fault (${entry}): ${problem}.`,
      next: 'Correct it and run the command again.',
    })
  })

  test.each([
    ['slow:inventory/commit order-7', 'slow cannot be planned at a site', 'slow:search@10s+30s?by=2s'],
    ['conflict:orders@1s', 'conflict cannot be planned over a window', 'conflict:orders/append order-7'],
    ['poison:inventory=0.5', 'poison cannot be planned with a rate', 'poison:inventory/deliver'],
  ])('%s, and says how it can be planned', (text, sentence, example) => {
    expect(refusal(() => fault(text))).toMatchObject({
      code: 'bad-plan',
      sentence: `--fault: ${sentence}.`,
      next: expect.stringContaining(example),
    })
  })

  test('a rate for a fault that only knows windows, naming the rate', () => {
    const { code, sentence } = refusal(() => fault('down:search=0.5'))
    expect(code).toBe('bad-plan')
    expect(sentence).toMatch(/with a rate/)
  })

  test('more strikes than a run can have, saying how many there may be', () => {
    expect(refusal(() => fault('error:inventory/insert stock?times=1000001')).sentence).toMatch(
      /times should be at most 1,?000,?000\b/,
    )
  })

  test('text that is no fault', () => {
    expect(refusal(() => fault('???')).code).toBe('bad-fault')
    expect(refusal(() => plan({ faults: ['down search'] })).code).toBe('bad-fault')
  })

  test.each([
    [null, 'should be an object like { "seed": 7, "faults": [] }'],
    [[], 'should be an object like { "seed": 7, "faults": [] }'],
    ['down:search', 'should be an object like { "seed": 7, "faults": [] }'],
    [{}, 'faults should be a list of faults'],
    [{ faults: 'down:search' }, 'faults should be a list of faults'],
    [{ faults: [7] }, 'faults[0] should be a fault: an object or its short form'],
    [{ faults: ['down:search', null] }, 'faults[1] should be a fault: an object or its short form'],
    [{ seed: '7', faults: [] }, 'seed should be a whole number from 0 to 4294967295'],
    [{ seed: -1, faults: [] }, 'seed should be a whole number from 0 to 4294967295'],
    [{ seed: 1.5, faults: [] }, 'seed should be a whole number from 0 to 4294967295'],
    [{ seed: 4_294_967_296, faults: [] }, 'seed should be a whole number from 0 to 4294967295'],
    [{ seed: null, faults: [] }, 'seed should be a whole number from 0 to 4294967295'],
  ])('the plan %j, with the place of the problem', (value, problem) => {
    expect(refusal(() => plan(value))).toEqual({
      code: 'bad-plan',
      sentence: `plan.json: ${problem}.`,
      next: 'Correct it and run the command again.',
    })
  })

  test('a field the plan does not have', () => {
    expect(refusal(() => plan({ faults: [], sed: 3 }))).toEqual({
      code: 'bad-plan',
      sentence: 'plan.json: there is no field "sed" here.',
      next: 'Did you mean seed or faults? Valid are seed, faults.',
    })
  })

  test('the fault of a list by its place in it', () => {
    const { sentence } = refusal(() => plan({ faults: ['down:search', 'down:nowhere'] }))
    expect(sentence).toBe(
      'plan.json, fault 2: there is no service or outside party "nowhere" for down to strike.',
    )
  })

  test('two ways to plan at once', () => {
    expect(refusal(() => fault({ kind: 'crash', at: 'inventory/commit', service: 'inventory' })).code).toBe(
      'bad-plan',
    )
    expect(
      refusal(() => fault({ kind: 'crash', service: 'inventory', from: 1, rate: 0.1, at: 'a/b' })).code,
    ).toBe('bad-plan')
  })
})
