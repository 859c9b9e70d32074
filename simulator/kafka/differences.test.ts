import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CASES } from './contract/contract.ts'
import { DIFFERENCES, SURPRISES } from './differences.ts'
import { writeDifferences } from './differences-document.ts'

const cases = Object.values(CASES).flat()
const differing = cases.filter(({ sees }) => sees !== undefined).map(({ name }) => name)

describe('differences between the simulator and a real broker', () => {
  it('are on a page that says what the data says today (npm run docs writes it)', () => {
    const page = readFileSync(new URL('../../docs/broker-differences.md', import.meta.url), 'utf8')
    expect(page).toBe(writeDifferences())
  })

  it('are seen in cases in which each side sees something else, and each such case has its row', () => {
    const named = DIFFERENCES.flatMap(row => row.cases ?? [])
    expect([...named].sort()).toEqual([...differing].sort())
    for (const { name, sees } of cases) {
      if (sees !== undefined) expect(sees.simulator, name).not.toEqual(sees.realBroker)
    }
  })

  it('are told from surprises, which are the same on both sides', () => {
    const shared = cases.filter(({ sees }) => sees === undefined).map(({ name }) => name)
    for (const { what, cases: named } of SURPRISES) {
      expect(named.length, what).toBeGreaterThan(0)
      for (const name of named) expect(shared).toContain(name)
    }
  })

  it('name files of the KafkaJS that is installed', () => {
    const manifest = createRequire(import.meta.url).resolve('kafkajs/package.json')
    expect(JSON.parse(readFileSync(manifest, 'utf8')).version).toBe('2.2.4')
    for (const { source } of SURPRISES) {
      expect(existsSync(join(dirname(manifest), 'src', source)), source).toBe(true)
    }
  })

  it('come from cases that have a name each', () => {
    const names = cases.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
