import { describe, expect, test, vi } from 'vitest'
import {
  createProgressLine,
  formatCount,
  formatMoney,
  formatTable,
  formatTime,
  pad,
  plural,
  wrap,
} from './terminal.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
  [-1234, '-1,234'],
])('the count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test.each([
  [0, '0.00'],
  [5, '0.05'],
  [100, '1.00'],
  [126_579_329, '1,265,793.29'],
  [-5, '-0.05'],
  [-123_456, '-1,234.56'],
])('%d cents are %s', (cents, text) => {
  expect(formatMoney(cents)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [339.6, '340 ms'],
  [1000, '1.0 s'],
  [31_400, '31.4 s'],
  [119_900, '119.9 s'],
  [252_000, '4.2 min'],
  [86_400_000, '24.0 h'],
])('%d ms are %s', (milliseconds, text) => {
  expect(formatTime(milliseconds)).toBe(text)
})

test.each([
  [0, '0 orders'],
  [1, '1 order'],
  [1200, '1,200 orders'],
])('%d and a noun are %s', (count, text) => {
  expect(plural(count, 'order')).toBe(text)
})

test('a cell is filled up by what is seen of it: colours count nothing, wide letters two', () => {
  expect(pad('ab', 4)).toBe('ab  ')
  expect(pad('ab', 4, 'right')).toBe('  ab')
  expect(pad('\u001b[31mab\u001b[39m', 4)).toBe('\u001b[31mab\u001b[39m  ')
  expect(pad('注', 4)).toBe('注  ')
  expect(pad('too long', 4)).toBe('too long')
})

test('a table has columns as wide as their widest cell, and no spaces at the ends of its lines', () => {
  const text = formatTable(
    [{ heading: 'group' }, { heading: 'lag', align: 'right' }, { heading: 'note' }],
    [
      ['inventory', '1,200', ''],
      ['search', '3', 'late'],
    ],
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character
  expect(text.replace(/\u001b\[\d+m/g, '').split('\n')).toEqual([
    '  group        lag  note',
    '  inventory  1,200',
    '  search         3  late',
  ])
})

describe('wrapping', () => {
  test('breaks at spaces, and indents every line but the first', () => {
    expect(wrap('one two three four', 9, '  ')).toBe('one two\n  three\n  four')
  })

  test('leaves a word alone that is wider than the line, and never begins with an empty line', () => {
    expect(wrap('unbreakable', 4)).toBe('unbreakable')
    expect(wrap('a unbreakable b', 4)).toBe('a\nunbreakable\nb')
    expect(wrap('', 4)).toBe('')
  })

  test('loses no word', () => {
    const text = 'the order flow on its happy path, then under each failure mode'
    for (let width = 1; width < 80; width++) expect(wrap(text, width).split(/\s+/).join(' ')).toBe(text)
  })
})

describe('the progress line', () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = []
    const fake = { isTTY, write: vi.fn((text: string) => written.push(text) > 0) }
    return { written, line: createProgressLine(fake as Partial<NodeJS.WriteStream> as NodeJS.WriteStream) }
  }

  test('is silent where nobody looks', () => {
    const { written, line } = stream(false)
    line.show('half way')
    line.clear()
    expect(written).toEqual([])
  })

  test('is written over, and leaves nothing behind', () => {
    const { written, line } = stream(true)
    line.clear()
    expect(written).toEqual([])
    line.show('half way')
    expect(written[0]).toContain('half way')
    line.clear()
    line.clear()
    expect(written.slice(1)).toEqual(['\r\u001b[K'])
  })
})
