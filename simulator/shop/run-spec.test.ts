import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFault } from '#simulator/faults/plan.ts'
import { readNumber } from '#simulator/faults/query.ts'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { ordersSchema, type RunSpec, readRunSpec, writeRunSpec } from '#simulator/shop/run-spec.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'

const parse = (text: string) => parseFault(text, 'here', SHOP_TARGETS)

test('a run of the happy path is one short word', () => {
  expect(writeRunSpec({ plan: { seed: 1, faults: [] }, orders: 12 })).toBe('shop?orders=12&seed=1')
})

test('what is left out is 12 orders under seed 1 without faults', () => {
  expect(readRunSpec('shop?')).toEqual({ plan: { seed: 1, faults: [] }, orders: 12 })
})

test.each(FAILURE_MODES.map(({ title, faults }) => [title, faults] as const))(
  'the run of "%s" reads back, and is safe in single quotes',
  (_, faults) => {
    const spec: RunSpec = { plan: { seed: 7, faults: faults.map(parse) }, orders: 30 }
    const text = writeRunSpec(spec)
    expect(readRunSpec(text)).toEqual(spec)
    expect(text).not.toMatch(/['\s]/)
  },
)

test('any folder reads back, whatever is in its name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(4_294_967_295), (data, seed) => {
      const text = writeRunSpec({ plan: { seed, faults: [] }, orders: 12, data })
      expect(readRunSpec(text)).toMatchObject({ data, plan: { seed } })
      expect(text).not.toMatch(/['\s]/)
    }),
  )
})

describe('refuses', () => {
  test.each([
    ['', '"" is no plan.'],
    ['orders=12', '"orders=12" is no plan.'],
    ['bank?orders=12', '"bank?orders=12" is no plan.'],
    ['shop?order=12', 'The plan has an unknown field "order".'],
    ['shop?fault=down', 'plan, fault 1 (down): service should be the name of a service, party or topic.'],
    ['shop?fault=down:search&fault=dwon:search', 'plan, fault 2: there is no fault "dwon".'],
    ['shop?seed=x', 'seed should be a whole number from 0 to 4294967295, but is "x".'],
    ['shop?seed=', 'seed should be a whole number from 0 to 4294967295, but is "".'],
    ['shop?orders=0', 'orders should be a whole number from 1 to 1000000, but is "0".'],
    ['shop?orders=1000001', 'orders should be a whole number from 1 to 1000000, but is "1000001".'],
  ])('%j', (text, sentence) => {
    expect(() => readRunSpec(text)).toThrow(
      expect.objectContaining({
        name: 'WorkbenchError',
        message: sentence,
        next: expect.stringMatching(/\.$/),
      }),
    )
  })

  test.each(['12.5', '1e7', '0x', '12 orders', ' ', 'Infinity', '-3', 'NaN'])('the number %j', text => {
    expect(() => readNumber('--orders', text, ordersSchema)).toThrow(
      expect.objectContaining({ code: 'bad-number', message: expect.stringContaining(`but is "${text}"`) }),
    )
  })
})
