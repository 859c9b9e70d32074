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

/** Steps from the nearest beginning. */
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
  const isBeginning = ({ id, kind }: GraphNode) =>
    kind !== 'topic' && edges.every(({ to }) => to !== id) && edges.some(({ from }) => from === id)
  begin(nodes.filter(isBeginning).map(({ id }) => id))
  for (const { id } of nodes) if (!found.has(id)) found.set(id, columnBefore(id, edges, found))
  return found
}

/** Where nobody writes, such as to a topic for retries that are not needed, it stands before its readers. */
function columnBefore(id: string, edges: readonly GraphEdge[], found: ReadonlyMap<string, number>): number {
  const readers = edges.filter(({ from }) => from === id).map(({ to }) => found.get(to) ?? 1)
  return readers.length === 0 ? 0 : Math.max(0, Math.min(...readers) - 1)
}
