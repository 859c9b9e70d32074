/**
 * What moves in the flow with each record: a message along an edge, or something that happens at a node.
 */
import { known } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { edgeId, type FlowGraph, type GraphEdge } from './flow-graph.ts'

export type Tone = 'event' | 'request' | 'again' | 'bad' | 'good' | 'quiet'

export interface Motion {
  readonly seq: number
  /** The edge along which it goes, or the node at which it happens. */
  readonly edge?: string
  readonly node?: string
  /** True for an answer, which goes back along the edge of its request. */
  readonly isBack: boolean
  readonly tone: Tone
  readonly text: string
  /** What it is about, when it says so: `order-7`. */
  readonly subject?: string
}

/** @returns by `seq - 1`, like the records; undefined where nothing moves */
export function motionsOf(
  records: readonly TraceRecord[],
  graph: FlowGraph,
): readonly (Motion | undefined)[] {
  const ids = new Set(graph.edges.map(({ id }) => id))
  return records.map(record => motionOf(record, graph, ids))
}

function motionOf(traceRecord: TraceRecord, graph: FlowGraph, ids: ReadonlySet<string>): Motion | undefined {
  const record = known(traceRecord)
  const { seq, process } = record
  const along = (
    kind: GraphEdge['kind'],
    from: string,
    to: string,
    tone: Tone,
    text: string,
    isBack = false,
  ): Motion | undefined => {
    const id = edgeId(kind, graph.nodeOf(from) ?? '', graph.nodeOf(to) ?? '')
    if (!ids.has(id)) return undefined
    const subject = 'label' in record ? record.label.split('/')[0] : undefined
    return { seq, edge: id, isBack, tone, text, ...(subject === undefined ? {} : { subject }) }
  }
  const at = (name: string, tone: Tone, text: string): Motion | undefined => {
    const node = graph.nodeOf(name)
    return node === undefined ? undefined : { seq, node, isBack: false, tone, text }
  }
  switch (record.kind) {
    case 'kafka.append':
      return along('publish', process, record.topic, 'event', record.label)
    case 'kafka.lost':
      return along('publish', process, record.topic, 'bad', record.label)
    case 'kafka.deliver':
      return along('read', record.topic, process, record.redelivery ? 'again' : 'event', record.label)
    case 'kafka.handled':
      return record.ok ? undefined : at(process, 'bad', record.error ?? 'failed')
    case 'http.request':
      return along('http', process, record.to, 'request', `${record.method} ${record.path}`)
    case 'http.response':
      return along('http', process, record.from, toneOf(record.status), String(record.status), true)
    case 'http.failed':
      return along('http', process, record.to, 'bad', record.error, true)
    case 'process.crash':
      return at(process, 'bad', 'crash')
    case 'process.gave-up':
      return at(process, 'bad', 'gave up')
    case 'process.pause':
      return at(process, 'bad', 'frozen')
    case 'process.start':
    case 'process.resume':
      return at(process, 'good', 'start')
    case 'db.commit':
      return at(process, 'quiet', 'commit')
    case 'db.rollback':
    case 'db.error':
      return at(process, 'bad', record.kind === 'db.error' ? record.code : 'rollback')
    case 'party.did':
      return at(record.party, 'quiet', record.action)
    case 'fault.strike':
      return at(process, 'bad', record.fault)
    case 'fault.begin':
      return at(record.service, 'bad', record.fault)
    default:
      return undefined
  }
}

function toneOf(status: number): Tone {
  return status >= 400 ? 'bad' : 'request'
}
