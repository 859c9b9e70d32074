/**
 * The rows of the timeline, and what a run says about each: when its process was away, and where faults struck.
 */
import { known, type RunRecord } from '#simulator/trace/records.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { parseSite } from '#simulator/world/sites.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun } from '../axis/per-run.ts'

export type LaneKind = 'broker' | 'service' | 'party'

export interface Lane {
  readonly name: string
  readonly kind: LaneKind
}

/** A time during which a process was not at work. */
export interface Away {
  readonly how: 'down' | 'paused'
  readonly fromMs: number
  /** Undefined when it never came back. */
  readonly toMs: number | undefined
}

export interface StrikeMark {
  readonly seq: number
  readonly t: number
  readonly fault: string
  readonly site: string
}

export interface LaneFacts {
  readonly away: readonly Away[]
  readonly strikes: readonly StrikeMark[]
  /** When the process did something, in order. */
  readonly activity: readonly number[]
}

export const BROKER = 'kafka'

export function lanesOf({ services, parties }: RunResult['topology']): Lane[] {
  return [
    { name: BROKER, kind: 'broker' },
    ...services.map(({ name }): Lane => ({ name, kind: 'service' })),
    ...parties.map((name): Lane => ({ name, kind: 'party' })),
  ]
}

export const laneFactsOf = perRun((run: RunResult): ReadonlyMap<string, LaneFacts> => {
  const serviceOf = readServiceOf(run)
  const facts = new Map(lanesOf(run.topology).map(({ name }) => [name, new Facts()]))
  for (const traceRecord of run.records) {
    const record = known(traceRecord)
    const name = serviceOf(record.process)
    const lane = facts.get(name)
    if (record.kind === 'kafka.append') facts.get(BROKER)?.activity.push(record.t)
    if (lane === undefined || record.kind === 'observe') continue
    // What the broker writes down about messages is already counted.
    if (name !== BROKER) lane.activity.push(record.t)
    lane.take(record, record.process === name)
  }
  for (const { lane, ...away } of awayByWindow(run)) facts.get(lane)?.away.push(away)
  return facts
})

class Facts implements LaneFacts {
  readonly away: Away[] = []
  readonly strikes: StrikeMark[] = []
  readonly activity: number[] = []

  /** @param isFirst false for a second instance, whose absence nobody misses */
  take(record: RunRecord, isFirst: boolean): void {
    const { t } = record
    switch (record.kind) {
      case 'fault.strike':
        this.strikes.push({ seq: record.seq, t, fault: record.fault, site: record.site })
        return
      case 'process.crash':
      case 'process.stop':
        if (isFirst) this.#leave('down', t)
        return
      case 'process.pause':
        if (isFirst) this.#leave('paused', t)
        return
      case 'process.start':
      case 'process.resume':
        if (isFirst) this.#return(t)
    }
  }

  #leave(how: Away['how'], t: number): void {
    this.#return(t)
    this.away.push({ how, fromMs: t, toMs: undefined })
  }

  #return(t: number): void {
    const last = this.away.at(-1)
    if (last === undefined || last.toMs !== undefined) return
    this.away.pop()
    if (t > last.fromMs) this.away.push({ ...last, toMs: t })
  }
}

/** Which fault of a plan struck there: the one at that site, or the one that strikes at random; -1 when none is found. */
export function faultBehind(faults: readonly Fault[], { fault: kind, site }: StrikeMark): number {
  const { base, occurrence } = parseSite(site)
  const atSite = faults.findIndex(fault => {
    if (fault.kind !== kind || fault.at === undefined) return false
    const planned = parseSite(fault.at)
    const visits = occurrence - planned.occurrence
    return planned.base === base && visits >= 0 && visits < (fault.times ?? 1)
  })
  if (atSite !== -1) return atSite
  return faults.findIndex(
    ({ kind: own, rate, service = '' }) =>
      own === kind &&
      rate !== undefined &&
      (base.startsWith(`${service}/`) || base.startsWith(`${service}-`)),
  )
}

/** Outside parties and Kafka have no process of their own; they are away while a fault says so. */
function awayByWindow({ records, topology }: RunResult): (Away & { readonly lane: string })[] {
  const isParty = new Set(topology.parties)
  const found: (Away & { readonly lane: string })[] = []
  for (const traceRecord of records) {
    const record = known(traceRecord)
    if (record.kind !== 'fault.begin' && record.kind !== 'fault.end') continue
    const isBroker = record.fault === 'broker-down'
    if (!isBroker && !(record.fault === 'down' && isParty.has(record.service))) continue
    const lane = isBroker ? BROKER : record.service
    const open = found.findLastIndex(away => away.lane === lane && away.toMs === undefined)
    if (record.kind === 'fault.begin') found.push({ lane, how: 'down', fromMs: record.t, toMs: undefined })
    else if (open !== -1) found[open] = { ...found[open]!, toMs: record.t }
  }
  return found
}

/** The service that a process runs: a second instance is called `inventory-2`. */
function readServiceOf({ sites, topology }: RunResult): (process: string) => string {
  const services = new Map(sites.map(({ process, service }) => [process, service]))
  for (const { name } of topology.services) services.set(name, name)
  return process => services.get(process) ?? process.replace(/-\d+$/, '')
}
