/**
 * Random bodies: what the shop and its outside parties take, the same with one value that is wrong, and rubbish. All are
 * bytes as Latin-1.
 */
import fc from 'fast-check'

/** One of the other kind for so many of the usual one. */
export const mostly = <T>(weight: number, usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other })
export const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const utf8 = (text: string) => latin1(Buffer.from(text, 'utf8'))

/** What a field must not be, among a few that some must be. */
const wrong: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '-0',
    '0',
    '-1',
    '1.5',
    '1e400',
    '-1e400',
    '1e21',
    '9007199254740993',
    '[]',
    '{}',
  ),
  fc.constantFrom(
    '""',
    '"chai"',
    '"\\ud800"',
    '"a\\u0000b"',
    '"2026-02-30"',
    '"0000-01-01"',
    '"../.."',
    '"__proto__"',
  ),
  fc.nat(60).map(depth => '['.repeat(depth) + ']'.repeat(depth)),
  fc.json({ maxDepth: 3 }).map(utf8),
  fc.string({ unit: 'binary', maxLength: 300 }).map(text => utf8(JSON.stringify(text))),
)
const order = fc.record({
  orderId: fc.constantFrom(undefined, undefined, 'order-3', 'imported-1', 'imported-2'),
  customerId: fc.constantFrom('ada', 'grace', 'declined-dorian'),
  orderDate: fc.constantFrom(undefined, '2026-01-05', '1999-12-31', '2199-12-31'),
  lines: fc.array(
    fc.record(
      {
        productId: fc.constantFrom('chai', 'olives', 'honey', 'nowhere'),
        quantity: fc.constantFrom(1, 2, 10_000),
        unitPriceCents: fc.constantFrom(0, 1800, 10_000_000),
        discount: fc.constantFrom(0, 0.15, 0.1234, 1),
      },
      { requiredKeys: ['productId', 'quantity', 'unitPriceCents'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
})
const product = fc.record(
  {
    name: fc.oneof(
      fc.constantFrom('Chai', 'Olives'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    ),
    category: fc.constantFrom('Beverages', ''),
    unitPriceCents: fc.nat(5_000),
    openingStock: fc.nat(100),
    reorderLevel: fc.nat(50),
    discontinued: fc.boolean(),
  },
  { requiredKeys: ['name', 'unitPriceCents'] },
)
const party = fc.record({
  orderId: fc.string({ unit: 'binary', maxLength: 20 }),
  customerId: fc.constant('ada'),
  amountCents: fc.integer(),
})

/** Mostly as it should be, or with one value that is not. */
function bodyLike(valid: fc.Arbitrary<object>): fc.Arbitrary<string | undefined> {
  const text = valid.map(value => utf8(JSON.stringify(value)))
  return fc.oneof(
    { weight: 10, arbitrary: text },
    {
      weight: 8,
      arbitrary: fc.tuple(text, fc.nat(), wrong).map(([text, at, value]) => replaceValue(text, at, value)),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }).map(utf8) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map(latin1) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
}

export const orderBody = bodyLike(order)
export const productBody = bodyLike(product)
export const partyBody = bodyLike(party)

/** Puts `value` in the place of one of the values that JSON text has. */
function replaceValue(text: string, at: number, value: string): string {
  const places = [
    ...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.e+-]*|true|false|\[.*\]|\{.*\})/g),
  ]
  const place = places[at % places.length]
  if (place === undefined) return value
  return text.slice(0, place.index) + value + text.slice(place.index + place[0].length)
}
