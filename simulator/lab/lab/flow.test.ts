import { beforeAll, expect, test } from 'vitest'
import { parsePlan } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop, type Shop } from '#simulator/shop/shop.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { known } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Topology } from '../worker/protocol.ts'
import { createFlowGraph } from './flow-graph.ts'
import { createFlowHistory } from './flow-history.ts'
import { layOut } from './flow-layout.ts'
import { applyToFlow, EMPTY_FLOW } from './flow-state.ts'
import { lagOf } from './flow-state-kafka.ts'
import { motionsOf } from './motions.ts'

let records: TraceRecord[]
let topology: Topology

beforeAll(async () => {
  records = []
  const shop = createShop({ orders: 12 })
  topology = topologyOf(shop)
  const faults = ['down:search@200ms+5s', 'crash:inventory/deliver order-1/OrderPlaced']
  await simulate(shop, parsePlan({ seed: 1, faults }, 'test', SHOP_TARGETS), {
    unstruck: 'ignore',
    onRecord: record => void records.push(record),
  })
})

test('in the end every message has been read, as the offsets say', () => {
  const state = createFlowHistory(records).at(records.length)
  const orderEvents = state.topics['order.events']!
  const appends = records.map(known).filter(record => record.kind === 'kafka.append')
  const inTopic = appends.filter(({ topic }) => topic === 'order.events')
  expect(orderEvents.reduce((sum, { end }) => sum + end, 0)).toBe(inTopic.length)
  expect(lagOf(orderEvents, 'search')).toBe(0)
  expect(lagOf(orderEvents, 'nobody')).toBeUndefined()
  expect(state.isHealed).toBe(true)
  expect(Object.values(state.processes).every(({ handling }) => handling === 0)).toBe(true)
  const commits = records.filter(({ kind }) => kind === 'db.commit').length
  expect(Object.values(state.databases).reduce((sum, { commits }) => sum + commits, 0)).toBe(commits)
})

test('while a service is down its window is open and its lag grows', () => {
  const history = createFlowHistory(records)
  const end = records.findIndex(({ kind }) => kind === 'fault.end')
  const during = history.at(end)
  expect(during.windows).toEqual(['down search'])
  expect(during.processes.search?.health).toBe('down')
  expect(lagOf(during.topics['order.events']!, 'search')).toBeGreaterThan(0)
  expect(history.at(records.length).processes.search).toMatchObject({ health: 'up', crashes: 1 })
})

test('seeking anywhere, in any order, is the same as folding from the beginning', () => {
  const history = createFlowHistory(records)
  for (const seq of [0, 700, 300, 301, 1, 999_999, 512, 40, 255, 256, 257]) {
    const folded = records.slice(0, seq).reduce(applyToFlow, EMPTY_FLOW)
    expect(history.at(seq)).toEqual(folded)
  }
})

test('going on by one record leaves what it does not touch the same object', () => {
  const history = createFlowHistory(records)
  const index = records.findIndex(({ kind }) => kind === 'kafka.append')
  const before = history.at(index)
  const after = history.at(index + 1)
  expect(after.topics).not.toBe(before.topics)
  expect(after.processes).toBe(before.processes)
  expect(after.databases).toBe(before.databases)
})

test('seeking anywhere in 100,000 records takes less than 5 ms', () => {
  const many = Array.from({ length: 40 }, () => records)
    .flat()
    .map((record, index) => ({ ...record, seq: index + 1 }))
    .slice(0, 100_000)
  const history = createFlowHistory(many)
  history.at(many.length)
  const startedAt = performance.now()
  for (let step = 0; step < 50; step++) history.at((step * 48_611) % many.length)
  expect((performance.now() - startedAt) / 50).toBeLessThan(5)
})

test('the graph says who stands where: a relay beside the database it reads, dead letters at their service', () => {
  const graph = createFlowGraph(topology, records)
  expect(graph.nodes.find(({ id }) => id === 'service orders')).toMatchObject({
    services: ['orders', 'relay'],
    database: 'orders',
  })
  expect(graph.nodeOf('inventory-2')).toBe('service inventory')
  expect(graph.edges).toContainEqual({
    id: 'publish service orders topic order.events',
    kind: 'publish',
    from: 'service orders',
    to: 'topic order.events',
    isQuery: false,
  })
  expect(graph.nodes.map(({ id }) => id)).toContain('party shopper')
  expect(graph.nodes.map(({ id }) => id)).not.toContain('topic dead.search')
})

test('nodes do not lie upon each other, and all that moves has an edge or a node', () => {
  const graph = createFlowGraph(topology, records)
  const spots = [...layOut(graph).spots.values()]
  for (const [index, a] of spots.entries())
    for (const b of spots.slice(index + 1))
      expect(
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
      ).toBe(true)
  const motions = motionsOf(records, graph)
  for (const [index, record] of records.entries())
    if (record.kind === 'kafka.deliver' || record.kind === 'http.request')
      expect(motions[index]?.edge ?? isRetry(record)).toBeTruthy()
})

function isRetry(record: TraceRecord): boolean {
  const delivery = known(record)
  return delivery.kind === 'kafka.deliver' && delivery.topic.startsWith('retry.')
}

function topologyOf({ services, topics, parties, guarantees }: Shop): Topology {
  return {
    services: services.map(({ name, database = name }) => ({ name, database })),
    topics: topics.map(({ topic, partitions }) => ({ topic, partitions })),
    parties: Object.keys(parties),
    readModels: [],
    guarantees: guarantees.map(({ name, promise }) => ({ name, promise })),
  }
}
