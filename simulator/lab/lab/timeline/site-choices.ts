/**
 * The sites a run came by and the faults each can suffer, in words.
 */
import { sayFault } from '#simulator/explore/say-plan.ts'
import { isStatement, readSite, sayMoment } from '#simulator/explore/say-site.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { siteName, type VisitedSite } from '#simulator/world/sites.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRun } from '../axis/per-run.ts'

export interface SiteChoice {
  readonly site: VisitedSite
  /** "inventory, right before it commits its transaction, while it handles OrderPlaced of order-1" */
  readonly words: string
  /** What is searched, in small letters. */
  readonly searched: string
}

export const siteChoicesOf = perRun(({ sites }: RunResult): readonly SiteChoice[] =>
  sites.map(site => {
    const words = `${site.process}, ${sayMoment(readSite(site.base), 'before')}`.replaceAll('`', '')
    return { site, words, searched: `${site.base} ${words}`.toLowerCase() }
  }),
)

/** The sites that have every word of the text in their name or their sentence. */
export function searchSites(choices: readonly SiteChoice[], text: string): readonly SiteChoice[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
  if (words.length === 0) return choices
  return choices.filter(({ searched }) => words.every(word => searched.includes(word)))
}

export interface FaultChoice {
  readonly fault: Fault
  readonly sentence: string
}

type Fields = Omit<Fault, 'at'>

/** Everything that can go wrong at the site, at one of its visits. */
export function faultsAt({ base, kinds }: VisitedSite, occurrence: number): FaultChoice[] {
  const place = readSite(base)
  const found: FaultChoice[] = []
  const variants: Fields[] = [
    { kind: 'crash', when: 'after' },
    { kind: 'crash', when: 'before' },
    ...kinds.flatMap(kind => variantsOf(kind, isStatement(place), place.operation)),
    { kind: 'pause' },
  ]
  for (const fields of variants) {
    try {
      const fault = parseFault({ ...fields, at: siteName(base, occurrence) }, 'site', undefined)
      const sentence = sayFault(fault).replaceAll('`', '')
      // Before a delivery and right after it are the same to whoever reads.
      if (found.every(choice => choice.sentence !== sentence)) found.push({ fault, sentence })
    } catch (error) {
      // A kind that the site names and that cannot be planned there: nobody need see it.
      if (!(error instanceof WorkbenchError)) throw error
    }
  }
  return found
}

function variantsOf(kind: string, isSql: boolean, operation: string): Fields[] {
  if (kind === 'duplicate' && operation === 'deliver')
    return ['at-once', 'after-restart', 'concurrently', 'other-owner', 'later'].map(when => ({ kind, when }))
  if (kind !== 'error') return [{ kind }]
  if (isSql)
    return [
      { kind, when: 'busy' },
      { kind, when: 'busy', times: 3 },
      { kind, when: 'full' },
    ]
  if (operation.startsWith('request '))
    return [
      { kind, status: 503 },
      { kind, status: 429, by: 2000 },
    ]
  return [{ kind }, { kind, times: 10 }]
}
