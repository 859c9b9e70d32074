/**
 * Families of faults: all the single faults of one sort that a run could have suffered, found from the sites it came by.
 */
import type { Fault } from '#simulator/world/runtime.ts'
import { siteName, type VisitedSite } from '#simulator/world/sites.ts'

export interface FaultFamily {
  /** Short and stable: `duplicate-later`. */
  readonly name: string
  /** A row's heading: "duplicate, a week later". */
  readonly title: string
  /** Every fault of the family that a run with these sites could have suffered. */
  faults(sites: readonly VisitedSite[]): readonly Fault[]
}

export type RedeliveryTime = 'at-once' | 'concurrently' | 'after-restart' | 'later' | 'other-owner'

const REDELIVERIES: Readonly<Record<RedeliveryTime, string>> = {
  'at-once': 'duplicate, at once',
  concurrently: 'duplicate, handled concurrently',
  'after-restart': 'duplicate, after a restart',
  later: 'duplicate, a week later',
  'other-owner': 'duplicate, to another owner',
}

/** The process dies once the operation has taken effect: at every write, commit, send, delivery and offset commit. A read has no effect. */
export function crash(service: string): FaultFamily {
  const hasEffect = (site: VisitedSite) => operationOf(site) !== 'select'
  return atSites('crash', 'crash', service, hasEffect, at => ({ kind: 'crash', at, when: 'after' }))
}

/** As long as a topic keeps its messages unless told otherwise (Kafka's log.retention.hours is 168); dead letters may come later still. */
const A_WEEK_MS = 7 * 86_400_000

/** A message is delivered again. */
export function duplicate(service: string, when: RedeliveryTime): FaultFamily {
  return atSites(`duplicate-${when}`, REDELIVERIES[when], service, suffers('duplicate'), at => ({
    kind: 'duplicate',
    at,
    when,
    ...(when === 'later' ? { by: A_WEEK_MS } : {}),
  }))
}

/** A statement fails with SQLITE_BUSY, as many times in a row as told. */
export function statementFails(service: string, times = 1): FaultFamily {
  const name = times === 1 ? 'statement-fails' : `statement-fails-${times}-times`
  const title = times === 1 ? 'a statement fails once' : `a statement fails ${times} times`
  return atSites(
    name,
    title,
    service,
    site => site.kinds.includes('error') && !isMessageSite(site),
    at => ({
      kind: 'error',
      at,
      when: 'busy',
      ...(times === 1 ? {} : { times }),
    }),
  )
}

/** A send fails: nothing was written, and the producer is told. */
export function sendFails(service: string, times = 1): FaultFamily {
  const title = times === 1 ? 'a send fails once' : `a send fails ${times} times`
  return atSites(
    times === 1 ? 'send-fails' : `send-fails-${times}-times`,
    title,
    service,
    site => isSend(site) && site.kinds.includes('error'),
    at => ({ kind: 'error', at, ...(times === 1 ? {} : { times }) }),
  )
}

/** It happened, but the acknowledgement never arrives. (An offset commit is then made again, which changes nothing.) */
export function ackLost(service: string): FaultFamily {
  return atSites('ack-lost', 'acknowledgement lost', service, suffersAsMessage('ack-lost'), at => ({
    kind: 'ack-lost',
    at,
  }))
}

/** What was sent or delivered waits for a while, and others overtake it. */
export function hold(service: string, byMs = 5000): FaultFamily {
  return atSites('hold', 'message held back', service, suffersAsMessage('hold'), at => ({
    kind: 'hold',
    at,
    by: byMs,
  }))
}

/** The process freezes for longer than its session, then goes on as if nothing had happened. Where it does not wait it cannot freeze. */
export function pause(service: string, forMs = 60_000): FaultFamily {
  const canWait = (site: VisitedSite) => ['deliver', 'handled', 'send', 'request'].includes(operationOf(site))
  return atSites('pause', 'process pause (zombie)', service, canWait, at => ({
    kind: 'pause',
    at,
    for: forMs,
  }))
}

/** Faults over a stretch of time, one plan each. */
export function during(name: string, title: string, faults: readonly Fault[]): FaultFamily {
  return { name, title, faults: () => faults }
}

/** Whatever is done ever again, such as a timer's look into a table, is struck the first few times only. */
const MOST_VISITS = 8

function atSites(
  name: string,
  title: string,
  service: string,
  suits: (site: VisitedSite) => boolean,
  faultAt: (at: string) => Fault,
): FaultFamily {
  return {
    name,
    title,
    faults(sites) {
      const found: Fault[] = []
      for (const site of sites) {
        if (site.service !== service || !suits(site)) continue
        const visits = Math.min(site.visits, MOST_VISITS)
        for (let visit = 1; visit <= visits; visit++) found.push(faultAt(siteName(site.base, visit)))
      }
      return found
    },
  }
}

const suffers = (kind: string) => (site: VisitedSite) => site.kinds.includes(kind)
const suffersAsMessage = (kind: string) => (site: VisitedSite) =>
  site.kinds.includes(kind) && operationOf(site) !== 'commit-offsets'

function operationOf(site: VisitedSite): string {
  const start = site.base.indexOf('/') + 1
  const end = site.base.indexOf(' ', start)
  return end === -1 ? site.base.slice(start) : site.base.slice(start, end)
}

function isSend(site: VisitedSite): boolean {
  return operationOf(site) === 'send'
}

function isMessageSite(site: VisitedSite): boolean {
  return ['send', 'deliver', 'request', 'commit-offsets'].includes(operationOf(site))
}
