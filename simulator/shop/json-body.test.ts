import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEEPEST_NESTING, parseJson } from './json-body.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), text => {
      expect(parseJson(bytes(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('passes over a byte order mark', () => {
  expect(parseJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]))).toBe(1)
})

test('refuses what is nested too deep, be it JSON or not', () => {
  expect(parseJson(bytes(nested(DEEPEST_NESTING)))).toEqual(expect.any(Array))
  expect(() => parseJson(bytes(nested(DEEPEST_NESTING + 1)))).toThrow(`more than ${DEEPEST_NESTING} deep`)
  expect(() => parseJson(bytes('{"a":'.repeat(100_000)))).toThrow(SyntaxError)
})

test('counts no brackets that are within texts', () => {
  const text = `["${'['.repeat(100)}", "\\"${'{'.repeat(100)}", "\\\\"]`
  expect(parseJson(bytes(text))).toEqual(JSON.parse(text))
})

test.each([
  ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ['half a character', new Uint8Array([0x22, 0xc3])],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x31, 0x00])],
  ['nothing', new Uint8Array()],
])('refuses %s', (_, body) => {
  expect(() => parseJson(body)).toThrow(SyntaxError)
})

test('looks at text without an end in time', () => {
  const startedAt = performance.now()
  for (const text of [
    '"'.repeat(200_000),
    '\\'.repeat(200_000),
    `"${'\\'.repeat(200_001)}`,
    '["'.repeat(100_000),
  ])
    expect(() => parseJson(bytes(text))).toThrow(SyntaxError)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
