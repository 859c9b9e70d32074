import { describe, expect, test } from 'vitest'
import { CATALOGUE, findFaultKind } from './catalogue.ts'
import { parseFault } from './plan.ts'
import { readShortForm } from './short-form.ts'

/** Whatever the examples name exists here. */
const TARGETS = {
  services: ['orders', 'relay', 'payments', 'inventory', 'search'],
  parties: ['psp'],
  topics: ['order.events'],
}

test('holds each kind once', () => {
  const kinds = CATALOGUE.map(({ kind }) => kind)
  expect(new Set(kinds).size).toBe(kinds.length)
})

test('holds the three that every table of failure modes starts with, and the ones only few think of', () => {
  const kinds = CATALOGUE.map(({ kind }) => kind)
  expect(kinds).toEqual(expect.arrayContaining(['down', 'slow', 'error']))
  expect(kinds).toEqual(
    expect.arrayContaining(['ack-lost', 'late-commit', 'pause', 'retention', 'clock-skew']),
  )
})

test('finds an entry by its kind, and nothing by another name', () => {
  expect(findFaultKind('crash')?.title).toBe('crash at a site')
  expect(findFaultKind('Crash')).toBeUndefined()
  expect(findFaultKind('')).toBeUndefined()
  expect(findFaultKind('constructor')).toBeUndefined()
})

describe.each(CATALOGUE.map(entry => [entry.kind, entry] as const))('%s', (kind, entry) => {
  test('has a kind that the short form can write', () => {
    expect(kind).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  test('has a title for headings: a phrase, no sentence', () => {
    expect(entry.title).toMatch(/^\S.{3,50}[^.\s]$/)
  })

  test.each(['what', 'wild', 'says', 'signal'] as const)('says in full sentences: %s', field => {
    const text = entry[field]
    expect(text).toMatch(/^["“A-Z0-9]|^acks=/)
    expect(text).toMatch(/\.$/)
    expect(text.length).toBeGreaterThan(15)
    expect(text).not.toMatch(/ {2}|\bTODO\b|\n|\s\.$|\.\.$/)
  })

  test('can be planned in at least one way', () => {
    expect(Object.values(entry.forms).filter(form => form !== undefined)).not.toHaveLength(0)
  })

  test('has at least one example', () => {
    expect(entry.examples).not.toHaveLength(0)
  })

  test.each(entry.examples.map(example => [example] as const))(
    'its example %s is a valid fault of it',
    example => {
      expect(readShortForm(example).kind).toBe(kind)
      expect(parseFault(example, 'example', TARGETS).kind).toBe(kind)
    },
  )

  test('no field of one form means another form, so that a plan says which is meant', () => {
    const keys = (form: 'site' | 'rate' | 'window') => {
      const schema = entry.forms[form]
      return schema !== undefined && 'shape' in schema ? Object.keys(schema.shape as object) : []
    }
    expect(keys('site')).not.toContain('service')
    expect(keys('site')).not.toContain('rate')
    expect(keys('rate')).not.toContain('at')
    expect(keys('window')).not.toContain('at')
    expect(keys('window')).not.toContain('rate')
  })
})
