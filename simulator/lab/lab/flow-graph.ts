/**
 * What the flow is drawn of: services with their databases, topics and outside parties, and who tells whom.
 */
import { known, type RunRecord } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Topology } from '../worker/protocol.ts'

export interface ServiceNode {
  readonly kind: 'service'
  readonly id: string
  /** More than one where services share a database, as a relay and the service whose outbox it reads. */
  readonly services: readonly string[]
  /** Undefined when the run never writes to it. */
  readonly database: string | undefined
  /** Dead-letter and retry topics, shown as counts where there is no room for more. */
  readonly sideTopics: readonly string[]
}

export interface TopicNode {
  readonly kind: 'topic'
  readonly id: string
  readonly topic: string
  readonly partitions: number
}

/** An outside party, or a process that is no service: the shopper. */
export interface PartyNode {
  readonly kind: 'party'
  readonly id: string
  readonly name: string
  readonly isClient: boolean
}

export type GraphNode = ServiceNode | TopicNode | PartyNode

export interface GraphEdge {
  readonly id: string
  readonly kind: 'publish' | 'read' | 'http'
  readonly from: string
  readonly to: string
  /** True when it only ever asks: every request is a GET. */
  readonly isQuery: boolean
}

export interface FlowGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** The node where a process, a topic or an outside party is drawn. */
  nodeOf(name: string): string | undefined
}

/** From this many services on, dead-letter and retry topics are counts at their service. */
const CROWDED = 5
const SIDE_TOPIC = /^(?:dead|retry)\.(.+)$/
const NOT_DRAWN = new Set(['world', 'kafka'])

export function createFlowGraph(topology: Topology, records: readonly TraceRecord[]): FlowGraph {
  const places = new Map<string, string>()
  const nodes = [...serviceNodes(topology, records), ...topicNodes(topology), ...partyNodes(topology)]
  for (const node of nodes) for (const name of namesOf(node)) places.set(name, node.id)
  // A service's retries begin and end at itself, and are not drawn as ways.
  const nodeOf = (name: string) => places.get(name) ?? places.get(name.replace(/-\d+$/, ''))

  const edges = new Map<string, GraphEdge>()
  for (const record of records.map(known)) {
    for (const [kind, from, to] of relationsOf(record)) {
      if (kind !== 'read' && nodeOf(from) === undefined && !NOT_DRAWN.has(from))
        nodes.push(clientNode(from, places))
      const [source, target] = [nodeOf(from), nodeOf(to)]
      if (source === undefined || target === undefined || source === target) continue
      const id = edgeId(kind, source, target)
      const isQuery = record.kind === 'http.request' && record.method === 'GET'
      if (edges.get(id)?.isQuery !== false) edges.set(id, { id, kind, from: source, to: target, isQuery })
    }
  }
  const joined = new Set([...edges.values()].flatMap(({ from, to }) => [from, to]))
  return {
    nodes: nodes.filter(({ id, kind }) => kind === 'service' || joined.has(id)),
    edges: [...edges.values()],
    nodeOf,
  }
}

export function edgeId(kind: GraphEdge['kind'], from: string, to: string): string {
  return `${kind} ${from} ${to}`
}

type Relation = readonly [kind: GraphEdge['kind'], from: string, to: string]

/** Who tells whom, by the names of processes, topics and parties. */
export function relationsOf(record: RunRecord): readonly Relation[] {
  switch (record.kind) {
    case 'kafka.append':
    case 'kafka.lost':
      return [['publish', record.process, record.topic]]
    case 'kafka.deliver':
      return [['read', record.topic, record.process]]
    case 'kafka.group':
      return record.members.flatMap(({ process, partitions }) =>
        partitions.map((partition): Relation => ['read', partition.replace(/\/\d+$/, ''), process]),
      )
    case 'http.request':
      return [['http', record.process, record.to]]
    default:
      return []
  }
}

function serviceNodes({ services, topics }: Topology, records: readonly TraceRecord[]): ServiceNode[] {
  const written = new Set<string>()
  for (const record of records.map(known)) if (record.kind === 'db.commit') written.add(record.database)
  const isCrowded = services.length >= CROWDED
  const sideOf = (names: readonly string[]) =>
    topics.map(({ topic }) => topic).filter(topic => names.includes(ownerOf(topic) ?? ''))
  return [...new Set(services.map(({ database }) => database))].map(database => {
    const names = services.filter(service => service.database === database).map(({ name }) => name)
    return {
      kind: 'service',
      id: `service ${names[0]}`,
      services: names,
      database: written.has(database) ? database : undefined,
      sideTopics: isCrowded ? sideOf(names) : [],
    }
  })
}

function topicNodes({ services, topics }: Topology): TopicNode[] {
  const isSide = (topic: string) =>
    services.length >= CROWDED && services.some(({ name }) => name === ownerOf(topic))
  return topics
    .filter(({ topic }) => !isSide(topic))
    .map(({ topic, partitions }) => ({ kind: 'topic', id: `topic ${topic}`, topic, partitions }))
}

function partyNodes({ parties }: Topology): GraphNode[] {
  return parties.map(name => ({ kind: 'party', id: `party ${name}`, name, isClient: false }))
}

function clientNode(name: string, places: Map<string, string>): PartyNode {
  const id = `party ${name}`
  places.set(name, id)
  return { kind: 'party', id, name, isClient: true }
}

function namesOf(node: GraphNode): readonly string[] {
  if (node.kind === 'service') return [...node.services, ...node.sideTopics]
  return [node.kind === 'topic' ? node.topic : node.name]
}

function ownerOf(topic: string): string | undefined {
  return SIDE_TOPIC.exec(topic)?.[1]
}
