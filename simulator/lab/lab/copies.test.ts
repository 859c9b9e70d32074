import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRunSpec } from '#simulator/shop/run-spec.ts'
import { readPlace } from '../shell/location.ts'
import { commandOf, linkOf, testOf } from './copies.ts'
import { type LabLink, readLabLink } from './lab-link.ts'

const plan = {
  seed: 3,
  faults: [{ kind: 'crash', at: "payments/commit order-3/O'Hara#1", when: 'after' }],
} as const
const shop = { scenario: { kind: 'shop', orders: 12 }, plan } as const
const exercise = {
  scenario: { kind: 'exercise', exercise: '12-idempotent-consumer', answer: 'solution' },
  plan,
} as const

test('a copied link leads to the same run, moment and comparison', () => {
  const link: LabLink = { ...shop, at: 120, subject: 'order-3', comparedWith: { seed: 3, faults: [] } }
  const copied = linkOf(link, 'https://example.org/workbench/#/learn')
  expect(copied.startsWith('https://example.org/workbench/#/lab/shop?')).toBe(true)
  expect(readLabLink(readPlace(copied.slice(copied.indexOf('#'))))).toEqual(link)
})

test('a copied command runs the same plan', () => {
  const command = commandOf(shop)!
  expect(command.startsWith("npm run replay -- 'shop?")).toBe(true)
  expect(readRunSpec(command.split("'").slice(1, -1).join("'"))).toEqual({ orders: 12, plan })
  expect(commandOf(exercise)).toMatch(/^npm run check 12-idempotent-consumer -- --answer solution --plan '/)
  expect(commandOf({ scenario: { kind: 'rush', messages: 10 }, plan })).toBeUndefined()
})

test('a copied test imports what exists, and names the plan', () => {
  const texts = [
    testOf(shop),
    testOf(exercise, 'solutions/12-idempotent-consumer/inventory.ts'),
    testOf(exercise, 'exercises/12-idempotent-consumer/inventory.ts'),
    testOf({ scenario: { kind: 'rush', messages: 10 }, plan }),
  ]
  for (const text of texts) {
    expect(text).toContain("O\\'Hara of order-3")
    for (const [, path] of text.matchAll(/from '#(.+)'/g))
      expect(existsSync(path!.replace(/^work\//, 'solutions/'))).toBe(true)
  }
  expect(texts[1]).toContain("'#work/12-idempotent-consumer/inventory.ts'")
  expect(texts[2]).toContain("'#exercises/12-idempotent-consumer/inventory.ts'")
})
