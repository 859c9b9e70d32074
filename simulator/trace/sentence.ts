/**
 * A record as one sentence for a person.
 */

import type { TraceRecord } from '#simulator/world/runtime.ts'
import { known, type RunRecord } from './records.ts'

/** @param subject left out of message names: in the story of order-7, `order-7/OrderPlaced` is `OrderPlaced` */
export function sentenceOf(traceRecord: TraceRecord, subject = ''): string {
  const record = known(traceRecord)
  const name = (label: string) => shortLabel(label, subject)
  const { process } = record
  switch (record.kind) {
    case 'process.start':
      return record.incarnation === 1 ? `${process} started` : `${process} started again`
    case 'process.ready':
      return `${process} is ready`
    case 'process.crash':
      return `${process} crashed${record.site === undefined ? ` (${record.reason})` : ` at ${record.site}`}`
    case 'process.stop':
      return `${process} stopped`
    case 'process.pause':
      return `${process} froze`
    case 'process.resume':
      return `${process} went on`
    case 'process.gave-up':
      return `${process} was given up: ${record.reason}`
    case 'fault.strike':
      return `fault ${record.fault} struck at ${record.site}`
    case 'fault.begin':
      return `fault ${record.fault} began${record.service === '' ? '' : ` on ${record.service}`}`
    case 'fault.end':
      return `fault ${record.fault} ended${record.service === '' ? '' : ` on ${record.service}`}`
    case 'skip':
      return `nothing happened for ${formatTime(record.byMs)}`
    case 'heal':
      return 'every fault was healed'
    case 'settled':
      return 'the run came to rest'
    case 'kafka.append':
      return `${record.producer} published ${name(record.label)} to ${placeOf(record)}`
    case 'kafka.lost':
      return `${record.producer} was told that ${name(record.label)} is at ${placeOf(record)}, but it is lost`
    case 'kafka.deliver':
      return `${process} received ${name(record.label)} from ${placeOf(record)}${record.redelivery ? ' again' : ''}`
    case 'kafka.handled':
      return record.ok
        ? `${process} handled ${name(record.label)}`
        : `${process} failed on ${name(record.label)}: ${record.error ?? 'no reason given'}`
    case 'kafka.commit':
      return `${record.group} committed offset ${record.offset} of ${record.topic}/${record.partition}`
    case 'kafka.group':
      return `group ${record.group} is ${record.state}, with ${count(record.members.length, 'member')}`
    case 'kafka.retention':
      return `${count(record.deleted, 'message')} of ${record.topic}/${record.partition} expired${unread(record.unreadBy)}`
    case 'kafka.transaction':
      return `transaction ${record.transaction}: ${record.outcome}`
    case 'log':
      return `${process} logged ${record.level}: ${record.message}`
    case 'db.commit':
      return `${process} committed to database ${record.database}: ${summarize(record.writes)}`
    case 'db.rollback':
      return `${process} rolled back in database ${record.database}: ${summarize(record.writes)}`
    case 'db.error':
      return `${process} got ${record.code} from database ${record.database} on ${record.statement}`
    case 'http.request':
      return `${process} → ${record.to}  ${record.method} ${record.path}`
    case 'http.response':
      return `${process} ← ${record.from}  ${record.status}`
    case 'http.failed':
      return `${process} ↚ ${record.to}  ${record.error}`
    case 'party.did':
      return `${record.party} did ${record.action} for ${record.key}`
    case 'store.append':
      return `${process} appended ${record.types.join(', ')} to ${record.stream} as ${versions(record)}${record.visible ? '' : ', not committed yet'}`
    case 'store.visible':
      return `${versions(record)} of ${record.stream} became visible`
    case 'store.conflict':
      return `${process} was refused ${name(record.label)}: ${record.stream} is at version ${record.actual}, not ${record.expected}`
    case 'observe':
      return `${record.model}: ${count(Object.keys(record.rows).length + record.removed.length, 'row')} changed, ${record.drift} wrong`
    default:
      return unknownKind(record)
  }
}

/** Seconds of virtual time to the millisecond: `0.120 s`. */
export function formatTime(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

export function shortLabel(label: string, subject: string): string {
  return subject !== '' && label.startsWith(`${subject}/`) ? label.slice(subject.length + 1) : label
}

/** A message as a person would call it: "OrderPlaced of order-1" for the label `order-1/OrderPlaced`. */
export function sayMessage(label: string): string {
  const slash = label.lastIndexOf('/')
  return slash === -1 ? label : `${label.slice(slash + 1)} of ${label.slice(0, slash)}`
}

/** The statements of a transaction, repeated ones counted: `insert orders, insert outbox ×3`. */
export function summarize(writes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const write of writes) counts.set(write, (counts.get(write) ?? 0) + 1)
  return [...counts].map(([write, times]) => (times === 1 ? write : `${write} ×${times}`)).join(', ')
}

function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string {
  return `${topic}/${partition}@${offset}`
}

function versions({ from, to }: { from: number; to: number }): string {
  return from === to ? `version ${from}` : `versions ${from} to ${to}`
}

function unread(unreadBy: Readonly<Record<string, number>>): string {
  const groups = Object.entries(unreadBy).filter(([, messages]) => messages > 0)
  return groups.map(([group, messages]) => `, ${messages} unread by ${group}`).join('')
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}

/** Only reached by a trace that is newer than its reader, which the compiler takes for impossible. */
function unknownKind(record: never): string {
  const { process, kind }: RunRecord = record
  return `${process}: ${kind}`
}
