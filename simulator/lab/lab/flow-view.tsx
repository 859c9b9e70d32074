/**
 * The flow of a run, drawn: services, topics, databases and outside parties, and the messages between them at the player's moment.
 */
import '@xyflow/react/dist/base.css'
import {
  Controls,
  type Edge,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  ViewportPortal,
} from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import type { RunResult } from '../worker/protocol.ts'
import classes from './flow.module.css'
import { FlowActionsContext } from './flow-actions.ts'
import { FlowDots } from './flow-dots.tsx'
import { RouteEdge } from './flow-edge.tsx'
import { createFlowGraph, type FlowGraph } from './flow-graph.ts'
import { type FlowLayout, layOut } from './flow-layout.ts'
import { PartyBox } from './flow-party.tsx'
import { ServiceBox } from './flow-service.tsx'
import { createFlowStore, FlowContext } from './flow-store.ts'
import { TopicBox } from './flow-topic.tsx'
import { motionsOf } from './motions.ts'
import type { Player } from './use-player.ts'

const NODE_TYPES = { service: ServiceBox, topic: TopicBox, party: PartyBox }
const EDGE_TYPES = { route: RouteEdge }
const FIT = { padding: 0.02, maxZoom: 1.6 }

export function FlowView({
  run,
  player,
  select,
}: {
  run: RunResult
  player: Player
  select(subject: string): void
}) {
  const { topology, records } = run
  const graph = useMemo(() => createFlowGraph(topology, records), [topology, records])
  const shape = JSON.stringify([graph.nodes, graph.edges])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same shape is drawn in the same place, whatever the run
  const drawing = useMemo(() => draw(graph), [shape])
  const motions = useMemo(() => motionsOf(records, graph), [records, graph])
  const store = useMemo(() => createFlowStore(player), [player])
  const actions = useMemo(() => ({ select }), [select])
  return (
    <FlowContext value={store}>
      <FlowActionsContext value={actions}>
        <ReactFlowProvider>
          <Canvas drawing={drawing}>
            <FlowDots player={player} motions={motions} layout={drawing.layout} />
          </Canvas>
        </ReactFlowProvider>
      </FlowActionsContext>
    </FlowContext>
  )
}

interface FlowDrawing {
  readonly nodes: Node[]
  readonly edges: Edge[]
  readonly layout: FlowLayout
}

function Canvas({ drawing, children }: { drawing: FlowDrawing; children: React.ReactNode }) {
  const { fitView } = useReactFlow()
  const frame = useRef<HTMLDivElement>(null)
  // The drawing fills its frame, whenever either changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another drawing has another size
  useEffect(() => {
    const fill = () => void fitView(FIT)
    const observer = new ResizeObserver(fill)
    observer.observe(frame.current!)
    fill()
    return () => observer.disconnect()
  }, [fitView, drawing])
  return (
    <div ref={frame} className={classes.canvas}>
      <ReactFlow
        nodes={drawing.nodes}
        edges={drawing.edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.2}
        maxZoom={3}
        fitView
        fitViewOptions={FIT}
        proOptions={{ hideAttribution: true }}
        aria-label="The flow"
      >
        <ViewportPortal>{children}</ViewportPortal>
        <Controls showInteractive={false} className={classes.controls!} fitViewOptions={FIT} />
      </ReactFlow>
    </div>
  )
}

function draw(graph: FlowGraph): FlowDrawing {
  const layout = layOut(graph)
  return {
    layout,
    nodes: graph.nodes.map(node => {
      const { x, y, width, height } = layout.spots.get(node.id)!
      return { id: node.id, type: node.kind, position: { x, y }, width, height, data: { node } }
    }),
    edges: graph.edges.map(({ id, kind, from, to }) => ({
      id,
      type: 'route',
      source: from,
      target: to,
      data: { path: layout.routes.get(id)!.path, kind },
    })),
  }
}
