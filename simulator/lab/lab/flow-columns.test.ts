import { expect, test } from 'vitest'
import { columnsOf } from './flow-columns.ts'
import type { FlowGraph, GraphEdge, GraphNode } from './flow-graph.ts'

const service = (name: string): GraphNode => ({
  kind: 'service',
  id: name,
  services: [name],
  database: undefined,
  sideTopics: [],
})
const topic = (name: string): GraphNode => ({ kind: 'topic', id: name, topic: name, partitions: 1 })
const party = (name: string): GraphNode => ({ kind: 'party', id: name, name, isClient: false })
const edge = (kind: GraphEdge['kind'], from: string, to: string, isQuery = false): GraphEdge => ({
  id: `${kind} ${from} ${to}`,
  kind,
  from,
  to,
  isQuery,
})

function columns(nodes: readonly GraphNode[], edges: readonly GraphEdge[]) {
  const graph: FlowGraph = { nodes, edges, nodeOf: name => name }
  const { of, attached } = columnsOf(graph)
  return { of: Object.fromEntries(of), attached: Object.fromEntries(attached) }
}

test('what a message comes by stands one column after the other; what goes back moves nothing', () => {
  const { of } = columns(
    [party('shopper'), topic('sales'), service('stock'), topic('reserved'), service('orders')],
    [
      edge('publish', 'shopper', 'sales'),
      edge('read', 'sales', 'stock'),
      edge('publish', 'stock', 'reserved'),
      edge('read', 'reserved', 'orders'),
      edge('publish', 'orders', 'sales'),
    ],
  )
  expect(of).toEqual({ shopper: 0, sales: 1, stock: 2, reserved: 3, orders: 4 })
})

test('a query does not say who comes first, and who deals with one service only stands with it', () => {
  const { of, attached } = columns(
    [party('shopper'), service('front'), topic('sales'), service('stock'), party('bank')],
    [
      edge('http', 'shopper', 'front'),
      edge('publish', 'front', 'sales'),
      edge('read', 'sales', 'stock'),
      edge('http', 'front', 'stock', true),
      edge('http', 'stock', 'bank'),
    ],
  )
  expect(of).toEqual({ front: 0, sales: 1, stock: 2 })
  expect(attached).toEqual({ shopper: 'front', bank: 'stock' })
})

test('a topic nobody writes to stands before its readers', () => {
  const { of } = columns(
    [party('shopper'), topic('retry'), topic('sales'), service('stock')],
    [edge('publish', 'shopper', 'sales'), edge('read', 'sales', 'stock'), edge('read', 'retry', 'stock')],
  )
  expect(of).toEqual({ shopper: 0, sales: 1, retry: 1, stock: 2 })
})
