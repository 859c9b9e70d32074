/**
 * The order within each column, so that few ways cross: dagre's, with the ways that only come by a column among what stands there.
 */
import { Graph, layout } from '@dagrejs/dagre'
import type { Columns } from './flow-columns.ts'
import type { FlowGraph, GraphNode } from './flow-graph.ts'
import type { Point } from './flow-route.ts'
import { sizeWithAttached } from './flow-sizes.ts'

/** A node in its column, or the way of an edge that comes by. */
export type Slot = { readonly width: number; readonly height: number } & (
  | { readonly node: GraphNode; readonly edge?: undefined }
  | { readonly node?: undefined; readonly edge: string }
)

const WAY_HEIGHT = 4

/** @returns for each column from left to right what is in it, from top to bottom */
export function orderColumns(graph: FlowGraph, columns: Columns): readonly (readonly Slot[])[] {
  const drawing = drawWithDagre(graph, columns)
  const found: { slot: Slot; column: number; y: number }[] = []
  const centres: number[] = []
  for (const node of graph.nodes) {
    const column = columns.of.get(node.id)
    if (column === undefined) continue
    const { x, y } = drawing.node(node.id)
    centres[column] = x
    found.push({ slot: { node, ...sizeWithAttached(node, graph, columns) }, column, y })
  }
  for (const { id, from, to } of graph.edges) {
    const [start, end] = [columns.of.get(from), columns.of.get(to)]
    if (start === undefined || end === undefined || start === end) continue
    const [left, right] = start < end ? [from, to] : [to, from]
    const { points } = drawing.edge({ v: left, w: right, name: id }) as { points: Point[] }
    for (let column = Math.min(start, end) + 1; column < Math.max(start, end); column++) {
      const y = heightAt(points, centres[column]!)
      found.push({ slot: { edge: id, width: 0, height: WAY_HEIGHT }, column, y })
    }
  }
  return centres.map((_, column) =>
    found
      .filter(entry => entry.column === column)
      .toSorted((a, b) => a.y - b.y)
      .map(({ slot }) => slot),
  )
}

function drawWithDagre(graph: FlowGraph, columns: Columns): Graph {
  const drawing = new Graph({ multigraph: true })
  drawing.setGraph({ rankdir: 'LR', ranksep: 60, nodesep: 20, edgesep: 10 })
  drawing.setDefaultEdgeLabel(() => ({}))
  for (const node of graph.nodes)
    if (columns.of.has(node.id)) drawing.setNode(node.id, { ...sizeWithAttached(node, graph, columns) })
  for (const { id, from, to } of graph.edges) {
    const [start, end] = [columns.of.get(from), columns.of.get(to)]
    if (start === undefined || end === undefined || start === end) continue
    // Steps of one column hold all columns in place; what goes back is laid like its opposite, and holds nothing.
    if (end > start)
      drawing.setEdge(from, to, { weight: end === start + 1 ? 20 : 1, minlen: end - start }, id)
    else drawing.setEdge(to, from, { weight: 0, minlen: start - end }, id)
  }
  layout(drawing)
  return drawing
}

/** How high the way is where it comes by. */
function heightAt(points: readonly Point[], x: number): number {
  const after = points.findIndex(point => point.x >= x)
  if (after <= 0) return points.at(after)?.y ?? 0
  const [left, right] = [points[after - 1]!, points[after]!]
  return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x || 1)
}
