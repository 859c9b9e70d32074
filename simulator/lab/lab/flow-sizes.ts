/**
 * How much room each part of the flow takes; the styles keep to it.
 */
import type { Columns } from './flow-columns.ts'
import type { FlowGraph, GraphNode } from './flow-graph.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

const SERVICE_ROW = 34
const DATABASE_ROW = 24
const TOPIC_HEAD = 25
const LANE = 19
const PARTY_HEIGHT = 32
export const ATTACHED_GAP = 18
const WIDTHS = { service: 148, topic: 164, party: 104 } as const

export function sizeOf(node: GraphNode): Size {
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
      return { width, height: PARTY_HEIGHT }
  }
}

export function sizeWithAttached(node: GraphNode, graph: FlowGraph, columns: Columns): Size {
  const { width, height } = sizeOf(node)
  const guests = attachedTo(node.id, graph, columns).map(sizeOf)
  return {
    width: Math.max(width, ...guests.map(guest => guest.width)),
    height: guests.reduce((sum, guest) => sum + ATTACHED_GAP + guest.height, height),
  }
}

export function attachedTo(host: string, { nodes }: FlowGraph, { attached }: Columns): readonly GraphNode[] {
  return nodes.filter(({ id }) => attached.get(id) === host)
}
