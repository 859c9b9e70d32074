/**
 * What the cluster's records change in the state of the flow.
 */
import type { RecordOf, RunRecord } from '#simulator/trace/records.ts'
import type { FlowState, PartitionState, TopicState } from './flow-state.ts'

/** How many of a partition's last messages are kept. */
export const TAIL_LENGTH = 5

const EMPTY: PartitionState = { end: 0, low: 0, tail: [], committed: {} }

export function applyToKafka(state: FlowState, record: RunRecord): FlowState {
  switch (record.kind) {
    case 'kafka.append':
      return withPartition(state, record, before => appended(before, record))
    case 'kafka.commit':
      return withPartition(state, record, before => movedTo(before, record.group, record.offset))
    case 'kafka.deliver':
      return record.redelivery ? state : withPartition(state, record, before => firstRead(before, record))
    case 'kafka.retention':
      return withPartition(state, record, before => ({
        ...before,
        low: record.low,
        tail: before.tail.filter(({ offset }) => offset >= record.low),
      }))
    case 'kafka.group': {
      const { state: phase, generation, members } = record
      const groups = { ...state.groups, [record.group]: { state: phase, generation, members } }
      return assigned({ ...state, groups }, record)
    }
    default:
      return state
  }
}

/** A group without a commit stands at the end of the log as it was when the partition was assigned to it, as in the curves of lag. */
function assigned(state: FlowState, { group, members }: RecordOf<'kafka.group'>): FlowState {
  let next = state
  for (const place of members.flatMap(({ partitions }) => partitions)) {
    const slash = place.lastIndexOf('/')
    const at = { topic: place.slice(0, slash), partition: Number(place.slice(slash + 1)) }
    next = withPartition(next, at, before =>
      before.committed[group] === undefined ? movedTo(before, group, before.end) : before,
    )
  }
  return next
}

/** What a group is handed for the first time it had not read, wherever it was taken to stand. */
function firstRead(before: PartitionState, { group, offset }: RecordOf<'kafka.deliver'>): PartitionState {
  const position = before.committed[group]
  return position === undefined || offset < position ? movedTo(before, group, offset) : before
}

function movedTo(before: PartitionState, group: string, offset: number): PartitionState {
  return { ...before, committed: { ...before.committed, [group]: offset } }
}

/** Unread messages of a group in a topic; undefined when it does not read there. */
export function lagOf(topic: TopicState, group: string): number | undefined {
  let lag: number | undefined
  for (const { committed, end, low } of topic) {
    const position = committed[group]
    if (position !== undefined) lag = (lag ?? 0) + Math.max(0, end - Math.max(low, position))
  }
  return lag
}

function appended(before: PartitionState, record: RecordOf<'kafka.append'>): PartitionState {
  const { offset, label, key, seq } = record
  const kept = before.tail.length < TAIL_LENGTH ? before.tail : before.tail.slice(1)
  return { ...before, end: offset + 1, tail: [...kept, { offset, label, key, seq }] }
}

function withPartition(
  state: FlowState,
  { topic, partition }: { topic: string; partition: number },
  change: (before: PartitionState) => PartitionState,
): FlowState {
  const partitions = state.topics[topic] ?? []
  const before = partitions[partition] ?? EMPTY
  const after = change(before)
  if (after === before) return state
  const next = Array.from({ length: Math.max(partitions.length, partition + 1) }, (_, index) =>
    index === partition ? after : (partitions[index] ?? EMPTY),
  )
  return { ...state, topics: { ...state.topics, [topic]: next } }
}
