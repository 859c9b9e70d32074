/**
 * Every message of a run: its place and envelope, and what became of it, read from the trace once.
 */
import { type CausalityState, causality, chainOf, type PublishedEvent } from '#simulator/trace/causality.ts'
import { readEnvelope } from '#simulator/trace/envelope.ts'
import { fold } from '#simulator/trace/fold.ts'
import { known, type RecordOf } from '#simulator/trace/records.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun } from '../axis/per-run.ts'

export interface Step {
  readonly seq: number
  readonly t: number
  readonly what: 'delivered' | 'delivered again' | 'handled' | 'failed' | 'lost' | 'expired'
  /** The group, or nobody. */
  readonly by: string
  readonly error?: string
}

export interface MessageFacts {
  /** `topic/partition@offset` */
  readonly place: string
  readonly append: RecordOf<'kafka.append'>
  readonly steps: readonly Step[]
}

export interface MessageIndex {
  readonly byTopic: ReadonlyMap<string, readonly MessageFacts[]>
  readonly byPlace: ReadonlyMap<string, MessageFacts>
  readonly events: CausalityState
}

type Growing = MessageFacts & { readonly steps: Step[] }

export const messagesOf = perRun(({ records, topology }: RunResult): MessageIndex => {
  const byTopic = new Map<string, Growing[]>(topology.topics.map(({ topic }) => [topic, []]))
  const byPlace = new Map<string, Growing>()
  for (const traceRecord of records) {
    const record = known(traceRecord)
    switch (record.kind) {
      case 'kafka.append': {
        const message: Growing = { place: placeOf(record), append: record, steps: [] }
        byPlace.set(message.place, message)
        const topic = byTopic.get(record.topic)
        if (topic === undefined) byTopic.set(record.topic, [message])
        else topic.push(message)
        break
      }
      case 'kafka.deliver':
      case 'kafka.handled':
        byPlace.get(placeOf(record))?.steps.push(stepOf(record))
        break
      case 'kafka.retention':
        for (const message of byTopic.get(record.topic) ?? []) {
          const { partition, offset } = message.append
          if (partition !== record.partition || offset >= record.low) continue
          if (message.steps.some(({ what }) => what === 'expired')) continue
          message.steps.push({ seq: record.seq, t: record.t, what: 'expired', by: '' })
        }
    }
  }
  return { byTopic, byPlace, events: fold(causality, records) }
})

function stepOf(record: RecordOf<'kafka.deliver' | 'kafka.handled'>): Step {
  const { seq, t, group } = record
  if (record.kind === 'kafka.deliver')
    return { seq, t, what: record.redelivery ? 'delivered again' : 'delivered', by: group }
  return {
    seq,
    t,
    what: record.ok ? 'handled' : 'failed',
    by: group,
    ...(record.error === undefined ? {} : { error: record.error }),
  }
}

export function placeOf({
  topic,
  partition,
  offset,
}: RecordOf<'kafka.append' | 'kafka.deliver' | 'kafka.handled'>) {
  return `${topic}/${partition}@${offset}`
}

/** How a message stands at a moment, in a word or two: "handled by 3", "failed at inventory". */
export function sayStanding({ steps }: MessageFacts, seq: number): { text: string; isTrouble: boolean } {
  const past = steps.filter(step => step.seq <= seq)
  if (past.some(({ what }) => what === 'expired')) return { text: 'expired', isTrouble: true }
  const last = new Map<string, Step>()
  for (const step of past) last.set(step.by, step)
  const failed = [...last.values()].find(({ what }) => what === 'failed')
  if (failed !== undefined) return { text: `failed at ${failed.by}`, isTrouble: true }
  const handled = [...last.values()].filter(({ what }) => what === 'handled').length
  const again = past.filter(({ what }) => what === 'delivered again').length
  const readers = handled === 0 ? (last.size === 0 ? 'unread' : 'being handled') : `handled by ${handled}`
  return { text: again === 0 ? readers : `${readers}, again ×${again}`, isTrouble: false }
}

/** The value with line breaks, when it is JSON; otherwise as it is. */
export function prettyValue(value: string | null): string {
  if (value === null) return 'null: a tombstone, which deletes what its key named'
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}

export interface CausalStory {
  /** From the command or first event to this one. */
  readonly causes: readonly PublishedEvent[]
  /** The id of the command at the root, when the envelopes lead there. */
  readonly command: string | undefined
  readonly broken: string | undefined
  /** What followed from it, by the ids in the envelopes. */
  readonly effects: readonly PublishedEvent[]
}

const BROKEN = {
  'no-causation': 'The chain ends here: the envelope names no cause.',
  'names-itself': 'The chain ends here: the envelope names itself as its cause.',
  cycle: 'The envelopes name each other as their cause.',
  'other-correlation': 'The cause belongs to another business process: its correlation id differs.',
} as const

/** Undefined for a message whose value is no envelope. */
export function causalStory({ events }: MessageIndex, { append }: MessageFacts): CausalStory | undefined {
  const envelope = readEnvelope(append.value)
  if (envelope === undefined) return undefined
  const chain = chainOf(events, envelope.id)
  return {
    causes: chain.events.toReversed(),
    command: chain.command,
    broken: chain.broken === undefined ? undefined : BROKEN[chain.broken],
    effects: [...events.events.values()].filter(({ causationId }) => causationId === envelope.id),
  }
}
