import { beforeEach, expect, test } from 'vitest'
import { catalog } from './catalog.ts'
import { createFakeHost, type FakeHost } from './fake-host.ts'

let fake: FakeHost
beforeEach(async () => {
  fake = createFakeHost('catalog')
  await catalog(fake.host)
})

const product = { name: 'Chai', unitPriceCents: 1800, openingStock: 40 }
const put = (body: unknown, key: string) =>
  fake.request('PUT', '/products/chai', body, { 'idempotency-key': key })
const events = () =>
  (fake.db.prepare('SELECT value FROM outbox ORDER BY position').all() as { value: string }[]).map(row => {
    const { type, data } = JSON.parse(row.value)
    return [type, data.version, data.unitPriceCents, data.openingStock]
  })

test('each change counts the version up and says the whole product; the opening stock stays', async () => {
  expect((await put(product, 'a')).status).toBe(201)
  expect((await put({ ...product, unitPriceCents: 1900, openingStock: 7 }, 'b')).status).toBe(200)
  expect(events()).toEqual([
    ['ProductListed', 1, 1800, 40],
    ['ProductChanged', 2, 1900, 40],
  ])
})

test('an old request that is sent again does not bring the old price back', async () => {
  await put(product, 'a')
  await put({ ...product, unitPriceCents: 1900 }, 'b')
  await put(product, 'a')
  await put({ ...product, unitPriceCents: 1900 }, 'c')
  expect(events()).toHaveLength(2)
})

test('a bad product is refused', async () => {
  const named = (name: string) => ({ ...product, name })
  const values = ['{', {}, { ...product, unitPriceCents: 1.5 }, { ...product, openingStock: -1 }]
  for (const body of [...values, named('\ud800'), named('Te\0a'), named(' ')])
    expect((await put(body, 'a')).status).toBe(400)
  expect((await fake.request('PUT', '/products/a%2Fb', product, { 'idempotency-key': 'a' })).status).toBe(400)
  expect(events()).toEqual([])
})
