/**
 * Where the parts of the flow stand: in columns, left to right in the direction in which messages go.
 */
import { columnsOf } from './flow-columns.ts'
import type { FlowGraph, GraphEdge } from './flow-graph.ts'
import { orderColumns, type Slot } from './flow-order.ts'
import { createRoute, type Point, type Route } from './flow-route.ts'
import { ATTACHED_GAP, attachedTo, type Size, sizeOf } from './flow-sizes.ts'

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

const COLUMN_GAP = 50
const NODE_GAP = 22
/** Ways that come by a column keep together. */
const WAY_GAP = 12
const MARGIN = 14

export function layOut(graph: FlowGraph): FlowLayout {
  const columns = columnsOf(graph)
  const ordered = orderColumns(graph, columns)
  const heights = ordered.map(heightOf)
  const height = Math.max(0, ...heights) + 2 * MARGIN
  const spots = new Map<string, Spot>()
  /** Where an edge comes by columns: its ends there, in order of the columns. */
  const passages = new Map<string, Point[]>()
  let x = MARGIN
  for (const [index, slots] of ordered.entries()) {
    const width = Math.max(0, ...slots.map(slot => slot.width))
    let y = (height - heights[index]!) / 2
    for (const [place, slot] of slots.entries()) {
      y += gapBetween(slots[place - 1], slot)
      if (slot.node === undefined) {
        const ends = [
          { x, y: y + slot.height / 2 },
          { x: x + width, y: y + slot.height / 2 },
        ]
        passages.set(slot.edge, [...(passages.get(slot.edge) ?? []), ...ends])
      } else {
        const size = sizeOf(slot.node)
        const spot = { x: x + (width - size.width) / 2, y, ...size }
        spots.set(slot.node.id, spot)
        let above = spot
        for (const guest of attachedTo(slot.node.id, graph, columns)) {
          above = underneath(above, sizeOf(guest))
          spots.set(guest.id, above)
        }
      }
      y += slot.height
    }
    x += width + COLUMN_GAP
  }
  const routes = new Map(
    graph.edges.map(edge => [edge.id, routeOf(edge, spots, columns.of, passages.get(edge.id) ?? [])]),
  )
  return { spots, routes, width: x - COLUMN_GAP + MARGIN, height }
}

function heightOf(slots: readonly Slot[]): number {
  let height = 0
  for (const [place, slot] of slots.entries()) height += slot.height + gapBetween(slots[place - 1], slot)
  return height
}

function gapBetween(above: Slot | undefined, below: Slot): number {
  if (above === undefined) return 0
  return above.node === undefined || below.node === undefined ? WAY_GAP : NODE_GAP
}

function underneath({ x, y, width, height }: Spot, size: Size): Spot {
  return { x: x + (width - size.width) / 2, y: y + height + ATTACHED_GAP, ...size }
}

function routeOf(
  { from, to }: GraphEdge,
  spots: ReadonlyMap<string, Spot>,
  columns: ReadonlyMap<string, number>,
  passage: readonly Point[],
): Route {
  const [source, target] = [spots.get(from)!, spots.get(to)!]
  const [start, end] = [columns.get(from), columns.get(to)]
  if (start === undefined || end === undefined) return upright(source, target)
  if (start === end) return around(source, target)
  return end > start
    ? createRoute([side(source, 'right', 0.4), ...passage, side(target, 'left', 0.4)])
    : createRoute([side(source, 'left', 0.7), ...passage.toReversed(), side(target, 'right', 0.7)])
}

/** @param share how far down the side: what goes back does not touch where others go ahead */
function side({ x, y, width, height }: Spot, where: 'left' | 'right', share: number): Point {
  return { x: where === 'left' ? x : x + width, y: y + height * share }
}

function upright(source: Spot, target: Spot): Route {
  const x = source.x + source.width / 2
  const isDown = target.y > source.y
  return createRoute([
    { x, y: isDown ? source.y + source.height : source.y },
    { x, y: isDown ? target.y : target.y + target.height },
  ])
}

/** Two in one column: out to the right and back. */
function around(source: Spot, target: Spot): Route {
  const from = side(source, 'right', 0.5)
  const to = side(target, 'right', 0.5)
  const out = { x: Math.max(from.x, to.x) + COLUMN_GAP / 2, y: (from.y + to.y) / 2 }
  return createRoute([from, out, to])
}
