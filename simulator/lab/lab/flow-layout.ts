/**
 * Where the parts of the flow stand: left to right in the direction in which messages go.
 */
import { Graph, layout } from '@dagrejs/dagre'
import type { FlowGraph, GraphEdge, GraphNode } from './flow-graph.ts'
import { createRoute, type Point, type Route } from './flow-route.ts'

export interface Spot {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface FlowLayout {
  /** The upper left corner and size of each node, by its id. */
  readonly spots: ReadonlyMap<string, Spot>
  /** The way of each edge, by its id. */
  readonly routes: ReadonlyMap<string, Route>
  readonly width: number
  readonly height: number
}

export const SERVICE_ROW = 34
export const DATABASE_ROW = 24
export const TOPIC_HEAD = 24
export const LANE = 22
const WIDTHS = { service: 138, topic: 164, party: 96 } as const

export function layOut(graph: FlowGraph): FlowLayout {
  const drawing = new Graph({ multigraph: true })
  drawing.setGraph({ rankdir: 'LR', ranksep: 46, nodesep: 14, edgesep: 8, marginx: 8, marginy: 8 })
  drawing.setDefaultEdgeLabel(() => ({}))
  for (const node of graph.nodes) drawing.setNode(node.id, sizeOf(node))
  for (const edge of graph.edges) drawing.setEdge(edge.from, edge.to, { weight: weightOf(edge) }, edge.id)
  layout(drawing)
  const spots = new Map(
    graph.nodes.map(({ id }) => {
      const { x, y, width, height } = drawing.node(id)
      return [id, { x: x - width / 2, y: y - height / 2, width, height }]
    }),
  )
  const routes = new Map(
    graph.edges.map(({ id, from, to }) => {
      const { points } = drawing.edge({ v: from, w: to, name: id }) as { points: Point[] }
      return [id, createRoute(points)]
    }),
  )
  const { width = 0, height = 0 } = drawing.graph()
  return { spots, routes, width, height }
}

export function sizeOf(node: GraphNode): { width: number; height: number } {
  const width = WIDTHS[node.kind]
  switch (node.kind) {
    case 'service':
      return {
        width,
        height: node.services.length * SERVICE_ROW + (node.database === undefined ? 0 : DATABASE_ROW),
      }
    case 'topic':
      return { width, height: TOPIC_HEAD + node.partitions * LANE + 6 }
    case 'party':
      return { width, height: 44 }
  }
}

/** Requests show who stands in front; events may come back to where they started. */
function weightOf({ kind }: GraphEdge): number {
  return kind === 'http' ? 3 : kind === 'publish' ? 2 : 1
}
