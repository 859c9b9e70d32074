/**
 * The state of the flow at a moment: processes, topics, consumer groups, databases, outside parties and faults, folded from the
 * trace. Immutable: what a record does not touch stays the same object, so a drawing knows what it need not draw again.
 */
import { known, type RecordOf, type RunRecord } from '#simulator/trace/records.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { applyToKafka } from './flow-state-kafka.ts'

export type Health = 'waiting' | 'starting' | 'up' | 'frozen' | 'down' | 'given up' | 'stopped'

export interface ProcessState {
  readonly health: Health
  readonly incarnation: number
  readonly crashes: number
  /** The `seq` of the record that last changed its health. */
  readonly since: number
  /** Messages handed to it that it is not through with. */
  readonly handling: number
  /** Requests it has sent that are not answered. */
  readonly asking: number
}

export interface MessageCell {
  readonly offset: number
  readonly label: string
  readonly key: string | null
  /** `seq` of its append. */
  readonly seq: number
}

export interface PartitionState {
  /** The offset the next message gets. */
  readonly end: number
  /** The first offset that is left. */
  readonly low: number
  /** The last messages, oldest first. */
  readonly tail: readonly MessageCell[]
  /** By group: the next offset to be read, as committed. */
  readonly committed: Readonly<Record<string, number>>
}

export type TopicState = readonly PartitionState[]

export interface DatabaseState {
  readonly commits: number
  readonly rollbacks: number
  readonly errors: number
  readonly lastWrites: readonly string[]
  readonly lastProcess: string
  /** `seq` of the last record about it. */
  readonly since: number
}

export interface PartyState {
  readonly actions: number
  readonly lastAction: string
  readonly since: number
}

export interface FlowState {
  readonly processes: Readonly<Record<string, ProcessState>>
  readonly topics: Readonly<Record<string, TopicState>>
  readonly groups: Readonly<Record<string, GroupMembership>>
  readonly databases: Readonly<Record<string, DatabaseState>>
  readonly parties: Readonly<Record<string, PartyState>>
  /** Windows that are open, as `kind service`. */
  readonly windows: readonly string[]
  /** How many faults have struck at sites, and the `seq` of the last strike. */
  readonly strikes: { readonly count: number; readonly since: number }
  readonly isHealed: boolean
}

export interface GroupMembership {
  readonly state: string
  readonly generation: number
  readonly members: readonly { readonly process: string; readonly partitions: readonly string[] }[]
}

export const EMPTY_FLOW: FlowState = {
  processes: {},
  topics: {},
  groups: {},
  databases: {},
  parties: {},
  windows: [],
  strikes: { count: 0, since: 0 },
  isHealed: false,
}

const UNBORN: ProcessState = {
  health: 'waiting',
  incarnation: 0,
  crashes: 0,
  since: 0,
  handling: 0,
  asking: 0,
}
const UNUSED: DatabaseState = {
  commits: 0,
  rollbacks: 0,
  errors: 0,
  lastWrites: [],
  lastProcess: '',
  since: 0,
}

export function applyToFlow(state: FlowState, traceRecord: TraceRecord): FlowState {
  const record = known(traceRecord)
  if (record.kind.startsWith('kafka.')) return countHandling(applyToKafka(state, record), record)
  switch (record.kind) {
    case 'process.start':
      return withProcess(state, record, { health: 'starting', incarnation: record.incarnation, ...IDLE })
    case 'process.ready':
      return withProcess(state, record, { health: 'up' })
    case 'process.pause':
      return withProcess(state, record, { health: 'frozen' })
    case 'process.resume':
      return withProcess(state, record, { health: 'up' })
    case 'process.stop':
      return withProcess(state, record, { health: 'stopped', ...IDLE })
    case 'process.gave-up':
      return withProcess(state, record, { health: 'given up', ...IDLE })
    case 'process.crash': {
      const crashes = (state.processes[record.process] ?? UNBORN).crashes + 1
      return withProcess(state, record, { health: 'down', crashes, ...IDLE })
    }
    case 'db.commit':
    case 'db.rollback':
    case 'db.error':
      return withDatabase(state, record)
    case 'http.request':
      return asking(state, record.process, 1)
    case 'http.response':
    case 'http.failed':
      return asking(state, record.process, -1)
    case 'party.did': {
      const actions = (state.parties[record.party]?.actions ?? 0) + 1
      const party = { actions, lastAction: `${record.action} ${record.key}`, since: record.seq }
      return { ...state, parties: { ...state.parties, [record.party]: party } }
    }
    case 'fault.begin':
      return { ...state, windows: [...state.windows, windowOf(record)] }
    case 'fault.end':
      return { ...state, windows: without(state.windows, windowOf(record)) }
    case 'fault.strike':
      return { ...state, strikes: { count: state.strikes.count + 1, since: record.seq } }
    case 'heal':
      return { ...state, windows: [], isHealed: true }
    default:
      return state
  }
}

const IDLE = { handling: 0, asking: 0 }

function withProcess(
  state: FlowState,
  { process, seq }: RunRecord,
  change: Partial<ProcessState>,
): FlowState {
  const before = state.processes[process] ?? UNBORN
  return { ...state, processes: { ...state.processes, [process]: { ...before, since: seq, ...change } } }
}

function countHandling(state: FlowState, record: RunRecord): FlowState {
  if (record.kind === 'kafka.deliver') return counted(state, record.process, 'handling', 1)
  if (record.kind === 'kafka.handled') return counted(state, record.process, 'handling', -1)
  return state
}

function asking(state: FlowState, process: string, by: number): FlowState {
  return counted(state, process, 'asking', by)
}

function counted(state: FlowState, process: string, what: 'handling' | 'asking', by: number): FlowState {
  const before = state.processes[process]
  if (before === undefined) return state
  const after = { ...before, [what]: Math.max(0, before[what] + by) }
  return { ...state, processes: { ...state.processes, [process]: after } }
}

function withDatabase(
  state: FlowState,
  record: RecordOf<'db.commit' | 'db.rollback' | 'db.error'>,
): FlowState {
  const before = state.databases[record.database] ?? UNUSED
  const after: DatabaseState = {
    commits: before.commits + (record.kind === 'db.commit' ? 1 : 0),
    rollbacks: before.rollbacks + (record.kind === 'db.rollback' ? 1 : 0),
    errors: before.errors + (record.kind === 'db.error' ? 1 : 0),
    lastWrites: record.kind === 'db.error' ? [record.statement] : record.writes,
    lastProcess: record.process,
    since: record.seq,
  }
  return { ...state, databases: { ...state.databases, [record.database]: after } }
}

function windowOf({ fault, service }: { fault: string; service: string }): string {
  return `${fault} ${service}`
}

function without(windows: readonly string[], closed: string): readonly string[] {
  const index = windows.indexOf(closed)
  return index === -1 ? windows : windows.toSpliced(index, 1)
}
