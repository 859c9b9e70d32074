import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ShopProcess, startShop, until } from '#simulator/cli/testing/shop-process.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { GROUPS, TOPICS } from '#simulator/shop/topics.ts'
import { testBroker } from './broker/test-broker.ts'
import { connectToBroker, type LiveCluster } from './cluster.ts'
import { clearBroker, deleteTopics } from './field/broker-room.ts'
import { instancesOf } from './instance.ts'
import { startLive } from './live.ts'
import { silentLog } from './logs.ts'
import { openStateFolder } from './state-folder.ts'

const { address } = testBroker()
let cluster: LiveCluster
let state: string
const shops: ShopProcess[] = []
beforeAll(async () => {
  cluster = await connectToBroker(address, [], silentLog)
})
afterAll(async () => {
  await deleteTopics(cluster.admin, TOPICS)
  await cluster.close()
})
beforeEach(async () => {
  await clearBroker(cluster.admin, TOPICS)
  state = mkdtempSync(join(tmpdir(), 'out-of-order-live-'))
})
afterEach(async () => {
  for (const { child } of shops) child.kill('SIGKILL')
  await Promise.all(shops.splice(0).map(shop => shop.ended()))
  rmSync(state, { recursive: true, force: true })
})

async function ask(url: string, method = 'GET', body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url} is answered ${response.status}`)
  return (await response.json()) as Record<string, unknown>
}

/** A product of which there is enough, and orders of one piece each. */
function customer(gateway: string) {
  const order = { customerId: 'c-1', lines: [{ productId: 'tea', quantity: 1, unitPriceCents: 500 }] }
  return {
    offer: (openingStock: number) =>
      ask(`${gateway}/products/tea`, 'PUT', { name: 'Green Tea', unitPriceCents: 500, openingStock }),
    order: async () => String((await ask(`${gateway}/orders`, 'POST', order)).orderId),
    confirmed: (orderId: string) =>
      until(
        `${orderId} is confirmed`,
        async () => (await ask(`${gateway}/orders/${orderId}`)).status === 'confirmed',
      ),
  }
}

/** Of one metric: its lines' labels, as they are written, and values. */
async function read(url: string, metric: string): Promise<{ labels: string; value: number }[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return [...text.matchAll(new RegExp(`^${metric}\\{(.*)\\} (\\d+)$`, 'gm'))].map(([, labels, value]) => ({
    labels: labels!,
    value: Number(value),
  }))
}

test('the shop in one process becomes ready, takes an order through, and stops within moments', async () => {
  const scenario = createShop()
  const live = await startLive({
    scenario,
    instances: instancesOf(scenario),
    cluster,
    state: openStateFolder(state),
    log: silentLog,
    groups: GROUPS,
  })
  try {
    await until('the shop is ready', () => live.isReady())
    const { offer, order, confirmed } = customer(live.instances.find(({ name }) => name === 'gateway')!.url)
    await offer(10)
    await confirmed(await order())
  } finally {
    const stoppedAt = performance.now()
    await live.stop()
    expect(performance.now() - stoppedAt).toBeLessThan(4_000)
  }
})

test('two inventory processes share partitions; killing one moves them to the other, and lag is visible meanwhile', {
  timeout: 240_000,
}, async () => {
  const start = (...args: string[]) => {
    const shop = startShop([...args, '--broker', address, '--state', state, '--log', 'json'])
    shops.push(shop)
    return shop
  }
  const others = 'psp mail catalog orders relay payments notifications search analytics gateway'.split(' ')
  const rest = start(...others, '--port', '0')
  const first = start('inventory')
  await Promise.all([rest.ready(), first.ready()])
  const gateway = rest.url('gateway')
  const reads = async (shop: ShopProcess, instance: string) =>
    (await read(shop.url(instance), 'kafka_consumer_assigned_partition')).map(({ labels }) => labels)
  const lag = async () =>
    (await read(gateway, 'kafka_consumergroup_lag'))
      .filter(({ labels }) => labels.includes('consumergroup="inventory",topic="order.events"'))
      .reduce((sum, { value }) => sum + value, 0)
  expect(await reads(first, 'inventory')).toHaveLength(7)

  const second = start('inventory-2')
  await second.ready()
  const shares = await until('both have their share', async () => {
    const shares = await Promise.all([reads(first, 'inventory'), reads(second, 'inventory-2')])
    return shares[0].length + shares[1].length === 7 && shares
  })
  expect(shares.map(share => share.length).sort()).toEqual([3, 4])

  const { offer, order, confirmed } = customer(gateway)
  await offer(10_000)
  const ids: string[] = []
  const place = async (count: number) =>
    ids.push(...(await Promise.all(Array.from({ length: count }, order))))
  // Both write the same rows of one database at the same time.
  for (let round = 0; round < 10; round++) await place(20)
  for (const id of ids) await confirmed(id)
  const handledBy = (shop: ShopProcess) =>
    shop.lines.filter(({ msg }) => /^handled OrderPlaced/.test(String(msg))).length
  expect(handledBy(first)).toBeGreaterThan(0)
  expect(handledBy(second)).toBeGreaterThan(0)
  expect(handledBy(first) + handledBy(second)).toBe(200)
  await until('nothing is behind', async () => (await lag()) === 0)

  first.child.kill('SIGKILL')
  const killedAt = Date.now()
  let worst = 0
  await until('the other reads all partitions', async () => {
    await place(1)
    worst = Math.max(worst, await lag())
    return (await reads(second, 'inventory-2')).length === 7
  })
  const tookMs = Date.now() - killedAt
  // KafkaJS's session timeout, and a rebalance.
  expect(tookMs).toBeGreaterThan(10_000)
  expect(tookMs).toBeLessThan(50_000)
  expect(worst).toBeGreaterThan(20)
  for (const id of ids) await confirmed(id)
  await until('the lag is gone', async () => (await lag()) === 0)

  const db = openStateFolder(state).openDatabaseReadonly('inventory')!
  const stock = db.prepare('SELECT stock FROM products').pluck().get()
  const sold = db.prepare('SELECT sum(units) FROM weekly_sales').pluck().get()
  db.close()
  expect({ stock, sold }).toEqual({ stock: 10_000 - ids.length, sold: ids.length })
  const troubles = [rest, first, second].flatMap(({ lines }) =>
    lines.filter(({ msg }) => /^(failed|did not|starts again)/.test(String(msg))),
  )
  expect(troubles).toEqual([])
  for (const { child } of [rest, second]) child.kill('SIGTERM')
  expect(await Promise.all([rest.ended(), second.ended()])).toEqual([0, 0])
})

test('new databases are refused where topics tell of old ones, unless both begin anew, and nobody else is at work there', async () => {
  const start = (folder: string, ...args: string[]) => {
    const shop = startShop(['--broker', address, '--state', join(state, folder), '--port', '0', ...args])
    shops.push(shop)
    return shop
  }
  const sentence = (shop: ShopProcess) => shop.stderr.replace(/\s+/g, ' ')
  const first = start('a')
  await first.ready()
  const { offer, order, confirmed } = customer(first.url('gateway'))
  await offer(10)
  await confirmed(await order())
  openStateFolder(join(state, 'b')).openDatabase('orders').close()
  const busy = start('b', '--fresh')
  expect(await busy.ended()).toBe(2)
  expect(existsSync(join(state, 'b', 'orders.db'))).toBe(true)
  expect(sentence(busy)).toContain(
    `✗ Somebody reads from the broker at ${address} as orders: another process`,
  )
  first.child.kill('SIGTERM')
  await first.ended()

  const other = start('b')
  expect(await other.ended()).toBe(2)
  expect(sentence(other)).toMatch(/needs the topics empty\. Let it delete them with --fresh/)
  const fresh = start('b', '--fresh')
  await fresh.ready()
  const again = customer(fresh.url('gateway'))
  await again.offer(10)
  const orderId = await again.order()
  expect(orderId).toBe('order-1')
  await again.confirmed(orderId)
})

test('processes that start at the same time on an empty broker make its topics together', async () => {
  await deleteTopics(cluster.admin, TOPICS)
  const clusters = await Promise.all([1, 2, 3].map(() => connectToBroker(address, TOPICS, silentLog)))
  for (const each of clusters) expect(each.clusterId).toBe(cluster.clusterId)
  await Promise.all(clusters.map(each => each.close()))
})

test('a broker whose topic has another number of partitions is refused, and the process ends', async () => {
  const [{ topic }, ...others] = TOPICS as [(typeof TOPICS)[number]]
  await deleteTopics(cluster.admin, TOPICS)
  await clearBroker(cluster.admin, [{ topic, partitions: 1 }, ...others])
  const shop = startShop(['--broker', address, '--state', state])
  shops.push(shop)
  expect(await shop.ended()).toBe(2)
  expect(shop.stderr.replace(/\s+/g, ' ')).toBe(
    `✗ The topic ${topic} exists with 1 partition, and the shop needs 3. Delete that topic, or use another broker: npm run broker starts an empty one. `,
  )
  expect(shop.stdout).toBe('')
})
