/**
 * In which column of the drawing each part of the flow stands: as many steps behind the beginning as a message takes to get there.
 */
import type { FlowGraph, GraphEdge, GraphNode } from './flow-graph.ts'

export interface Columns {
  /** By node; attached parties have none. */
  readonly of: ReadonlyMap<string, number>
  /** What stands with the one service it deals with: outside parties and shoppers, and in a large system topics nobody reads. */
  readonly attached: ReadonlyMap<string, string>
}

/** From more parts than these on, room is scarce. */
const LARGE = 12

export function columnsOf({ nodes, edges }: FlowGraph): Columns {
  const attached = new Map<string, string>()
  const isLarge = nodes.length > LARGE
  for (const node of nodes) {
    const host = hostOf(node, edges, isLarge)
    if (host !== undefined) attached.set(node.id, host)
  }
  const free = nodes.filter(({ id }) => !attached.has(id))
  const ways = edges.filter(({ from, to }) => !attached.has(from) && !attached.has(to))
  // Queries come back for what messages have brought: they say nothing of the order.
  const leading = ways.filter(({ isQuery }) => !isQuery)
  return { of: distances(free, leading), attached }
}

function hostOf(node: GraphNode, edges: readonly GraphEdge[], isLarge: boolean): string | undefined {
  if (node.kind === 'service' || (node.kind === 'topic' && !isLarge)) return undefined
  const own = edges.filter(({ from, to }) => from === node.id || to === node.id)
  const hosts = new Set(own.map(({ from, to }) => (from === node.id ? to : from)))
  const [host] = hosts
  return hosts.size === 1 && own.every(({ kind }) => kind === (node.kind === 'party' ? 'http' : 'publish'))
    ? host
    : undefined
}

/** Steps from the nearest beginning; where everybody waits for somebody, whoever is named first begins. */
function distances(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Map<string, number> {
  const found = new Map<string, number>()
  const begin = (ids: readonly string[]) => {
    let frontier = ids
    for (let distance = 0; frontier.length > 0; distance++) {
      const next: string[] = []
      for (const id of frontier) {
        if (found.has(id)) continue
        found.set(id, distance)
        for (const edge of edges) if (edge.from === id) next.push(edge.to)
      }
      frontier = next
    }
  }
  begin(
    nodes
      .map(({ id }) => id)
      .filter(id => edges.every(({ to }) => to !== id) && edges.some(({ from }) => from === id)),
  )
  for (const { id } of nodes) if (!found.has(id)) begin([id])
  return found
}
