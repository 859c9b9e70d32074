/**
 * The flow of a run, drawn: services, topics, databases and outside parties, and the messages between them at the player's moment.
 */
import '@xyflow/react/dist/base.css'
import {
  Controls,
  type Edge,
  type Node,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Viewport,
  ViewportPortal,
} from '@xyflow/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RunResult } from '../worker/protocol.ts'
import classes from './flow.module.css'
import { FlowActionsContext } from './flow-actions.ts'
import { FlowDots } from './flow-dots.tsx'
import { RouteEdge } from './flow-edge.tsx'
import { createFlowGraph, type FlowGraph } from './flow-graph.ts'
import { type FlowLayout, layOut } from './flow-layout.ts'
import { FlowNotices } from './flow-notices.tsx'
import { PartyBox } from './flow-party.tsx'
import { ServiceBox } from './flow-service.tsx'
import { createFlowStore, FlowContext } from './flow-store.ts'
import { TopicBox } from './flow-topic.tsx'
import { motionsOf } from './motions.ts'
import type { Player } from './use-player.ts'

const NODE_TYPES = { service: ServiceBox, topic: TopicBox, party: PartyBox }
const EDGE_TYPES = { route: RouteEdge }
const LARGEST_ZOOM = 1.7
const LEGEND_PX = 30
const LEGEND = [
  ['event', 'message'],
  ['again', 'delivered again'],
  ['request', 'request'],
  ['bad', 'failure'],
] as const

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
  const { setViewport } = useReactFlow()
  const frame = useRef<HTMLDivElement>(null)
  const { layout } = drawing
  const [chosen, setChosen] = useState<string>()
  const edges = useMemo(() => lightUp(drawing.edges, chosen), [drawing, chosen])
  const fill = useCallback(() => {
    const { clientWidth, clientHeight } = frame.current!
    void setViewport(fitting(layout, clientWidth, clientHeight - LEGEND_PX))
  }, [setViewport, layout])
  // The drawing fills its frame, whenever either changes.
  useEffect(() => {
    const observer = new ResizeObserver(fill)
    observer.observe(frame.current!)
    return () => observer.disconnect()
  }, [fill])
  return (
    <div ref={frame} className={classes.canvas}>
      <ReactFlow
        nodes={drawing.nodes}
        edges={edges}
        onNodeClick={(_, { id }) => setChosen(before => (before === id ? undefined : id))}
        onPaneClick={() => setChosen(undefined)}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        // The keyboard belongs to the player.
        disableKeyboardA11y
        panActivationKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        zoomActivationKeyCode={null}
        deleteKeyCode={null}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.2}
        maxZoom={3}
        aria-label="The flow"
      >
        <ViewportPortal>{children}</ViewportPortal>
        <Controls
          orientation="horizontal"
          showInteractive={false}
          className={classes.controls!}
          onFitView={fill}
        />
        <FlowNotices />
        <Panel position="bottom-center" className={classes.legend!}>
          {LEGEND.map(([tone, text]) => (
            <span key={tone} data-tone={tone}>
              {text}
            </span>
          ))}
        </Panel>
      </ReactFlow>
    </div>
  )
}

/** The ways of the chosen part stand out from the others. */
function lightUp(edges: Edge[], chosen: string | undefined): Edge[] {
  const isOwn = ({ source, target }: Edge) => source === chosen || target === chosen
  if (chosen === undefined || !edges.some(isOwn)) return edges
  return edges.map(edge => ({ ...edge, data: { ...edge.data, light: isOwn(edge) ? 'lit' : 'dim' } }))
}

function fitting({ width, height }: FlowLayout, frameWidth: number, frameHeight: number): Viewport {
  const zoom = Math.min(LARGEST_ZOOM, frameWidth / width, frameHeight / height)
  return { x: (frameWidth - width * zoom) / 2, y: (frameHeight - height * zoom) / 2, zoom }
}

function draw(graph: FlowGraph): FlowDrawing {
  const layout = layOut(graph)
  return {
    layout,
    nodes: graph.nodes.map(node => {
      const { x, y, width, height } = layout.spots.get(node.id)!
      return { id: node.id, type: node.kind, position: { x, y }, width, height, data: { node } }
    }),
    edges: graph.edges.map(({ id, kind, from, to, isQuery }) => ({
      id,
      type: 'route',
      source: from,
      target: to,
      data: { path: layout.routes.get(id)!.path, kind: isQuery ? 'query' : kind },
    })),
  }
}
