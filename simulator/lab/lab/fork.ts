/**
 * Which faults could have struck at a record: what "fork from here" proposes.
 */
import { parseFault } from '#simulator/faults/plan.ts'
import { known, type RunRecord } from '#simulator/trace/records.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import type { VisitedSite } from '#simulator/world/sites.ts'
import type { RunResult } from '../worker/protocol.ts'

export interface Proposal {
  readonly title: string
  readonly fault: Fault
}

const WINDOW_S = 10

/** @param seq of the record that happened last */
export function proposeFaults(
  { records, sites, topology }: Pick<RunResult, 'records' | 'sites' | 'topology'>,
  seq: number,
): readonly Proposal[] {
  const record = records[seq - 1]
  if (record === undefined) return []
  const proposals = atSiteOf(known(record), records, new Map(sites.map(site => [site.base, site])))
  const service = topology.services.find(({ name }) => name === record.process)?.name
  if (service === undefined) return proposals
  const from = `${Math.round(record.t)}ms`
  return [
    ...proposals,
    proposal(`${service} is down for ${WINDOW_S} s from now`, `down:${service}@${from}+${WINDOW_S}s`),
    proposal(`${service} freezes for ${WINDOW_S} s from now`, `pause:${service}@${from}+${WINDOW_S}s`),
  ]
}

function proposal(title: string, shortForm: string): Proposal {
  return { title, fault: parseFault(shortForm, 'fork', undefined) }
}

function atSiteOf(
  record: RunRecord,
  records: readonly TraceRecord[],
  sites: ReadonlyMap<string, VisitedSite>,
): Proposal[] {
  const { process } = record
  /** A proposal at a site, unless the run never came by it or it cannot suffer the fault. */
  const at = (title: string, kind: string, base: string, parameters = ''): Proposal[] => {
    const site = sites.get(base)
    if (site === undefined || !(kind === 'crash' || kind === 'pause' || site.kinds.includes(kind))) return []
    return [proposal(title, `${kind}:${base}#${visitOf(record, records)}${parameters}`)]
  }
  switch (record.kind) {
    case 'kafka.deliver':
    case 'kafka.handled': {
      const delivery = `${process}/deliver ${record.label}`
      return [
        ...at(
          `${process} crashes when it is through with this message`,
          'crash',
          `${process}/handled ${record.label}`,
        ),
        ...at('This message is delivered twice', 'duplicate', delivery),
        ...at('This message comes 5 s late', 'hold', delivery, '?by=5s'),
        ...at(`${process} fails on this message`, 'error', delivery),
      ]
    }
    case 'kafka.append': {
      const send = `${process}/send ${record.label}`
      return [
        ...at(`${process} crashes right after sending this`, 'crash', send),
        ...at('Kafka acknowledges this message and loses it', 'lost-write', send),
        ...at('The acknowledgement gets lost', 'ack-lost', send),
        ...at('Sending this takes 5 s', 'hold', send, '?by=5s'),
      ]
    }
    case 'db.commit': {
      const base = commitSite(record, records, sites)
      return [
        ...at(`${process} crashes right after this commit`, 'crash', base),
        ...at(`${process} crashes right before this commit`, 'crash', base, '?when=before'),
        ...at('The database refuses this', 'error', base),
      ]
    }
    case 'http.request': {
      const base = `${process}/request ${record.method} ${record.to} ${record.subject}`.trimEnd()
      return [
        ...at('This request fails', 'error', base),
        ...at('This request is done, but its answer gets lost', 'ack-lost', base),
        ...at('This request arrives twice', 'duplicate', base),
        ...at('This request comes 5 s late', 'hold', base, '?by=5s'),
      ]
    }
    default:
      return []
  }
}

/** A transaction of one statement is a site by the name of that statement. */
function commitSite(
  record: Extract<RunRecord, { kind: 'db.commit' }>,
  records: readonly TraceRecord[],
  sites: ReadonlyMap<string, VisitedSite>,
): string {
  const subject = occasionOf(record, records)
  const commit = `${record.process}/commit ${subject}`.trimEnd()
  return sites.has(commit) ? commit : `${record.process}/${record.writes.at(-1)} ${subject}`.trimEnd()
}

/** The message or the request that a record's process was busy with. */
function occasionOf(record: RunRecord, records: readonly TraceRecord[]): string {
  for (let cause = records[record.cause - 1]; cause !== undefined; cause = records[cause.cause - 1]) {
    const led = known(cause)
    if (led.kind === 'kafka.deliver' && led.process === record.process) return led.label
    if (led.kind === 'http.request' && led.to === record.process) return led.subject
  }
  return ''
}

/** How often the run had come by the record's site, this time included. */
function visitOf(record: RunRecord, records: readonly TraceRecord[]): number {
  const name = nameOf(record, records)
  let visits = 0
  for (let index = 0; index < record.seq; index++) {
    const other = records[index]!
    if (other.kind === record.kind && other.process === record.process)
      if (nameOf(known(other), records) === name) visits++
  }
  return visits
}

function nameOf(record: RunRecord, records: readonly TraceRecord[]): string {
  if ('label' in record) return record.label
  if (record.kind === 'http.request') return `${record.method} ${record.to} ${record.subject}`
  return occasionOf(record, records)
}
