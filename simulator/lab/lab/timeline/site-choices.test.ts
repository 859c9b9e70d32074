import { describe, expect, it } from 'vitest'
import { runOf } from '../axis/run-of.ts'
import { faultsAt, searchSites, siteChoicesOf } from './site-choices.ts'

const site = (base: string, ...kinds: string[]) => ({
  base,
  visits: 1,
  kinds,
  process: base.slice(0, base.indexOf('/')),
  service: base.slice(0, base.indexOf('/')),
})
const delivery = site(
  'search/deliver order-1/OrderPlaced',
  'duplicate',
  'hold',
  'poison',
  'rebalance',
  'error',
)
const statement = site('search/insert items order-1/OrderPlaced', 'error')
const run = { ...runOf(), sites: [delivery, statement] }

describe('sites', () => {
  it('are said in words', () => {
    expect(siteChoicesOf(run)[0]!.words).toBe('search, just as OrderPlaced of order-1 is delivered to it')
  })

  it('are found by all words of the search, in the name or in the sentence', () => {
    const found = (text: string) => searchSites(siteChoicesOf(run), text).map(choice => choice.site.base)
    expect(found('')).toHaveLength(2)
    expect(found('order-1 INSERT')).toEqual([statement.base])
    expect(found('order-9')).toEqual([])
  })
})

describe('what can go wrong at a site', () => {
  it('is everything the site can suffer, and a crash or a pause anywhere', () => {
    const kinds = new Set(faultsAt(delivery, 1).map(({ fault }) => fault.kind))
    expect([...kinds]).toEqual(['crash', 'duplicate', 'hold', 'poison', 'rebalance', 'error', 'pause'])
  })

  it('is offered once where two faults read the same', () => {
    const sentences = faultsAt(delivery, 1).map(({ sentence }) => sentence)
    expect(new Set(sentences).size).toBe(sentences.length)
  })

  it('names the visit', () => {
    expect(faultsAt(statement, 3)[0]!.fault.at).toBe(`${statement.base}#3`)
  })
})
