import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOPICS } from '#simulator/shop/topics.ts'
import { testBroker } from '../broker/test-broker.ts'
import { connectToBroker, type LiveCluster } from '../cluster.ts'
import { deleteTopics } from '../field/broker-room.ts'
import { silentLog } from '../logs.ts'
import { generateActs } from './generated-acts.ts'
import { measureParity } from './parity.ts'

const { address } = testBroker()
const ORDERS = 30
const task = { ...generateActs(ORDERS, 1), seed: 1 }
let cluster: LiveCluster

beforeAll(async () => {
  cluster = await connectToBroker(address, TOPICS, silentLog)
})
afterAll(async () => {
  await deleteTopics(cluster.admin, TOPICS)
  await cluster.close()
})

test.each(['phased', 'natural'] as const)('simulator and broker end with the same: %s', async flow => {
  const { holds, comparisons, sides } = await measureParity(flow, task, { cluster, address })
  expect(comparisons.filter(({ differences }) => differences.length > 0)).toEqual([])
  expect(sides.map(({ violations }) => violations)).toEqual([[], []])
  expect(holds).toBe(true)
  const { count = 0 } = comparisons.find(({ what }) => what === 'partitions') ?? {}
  expect(count).toBeGreaterThanOrEqual(3 * ORDERS)
})
