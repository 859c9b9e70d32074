/**
 * Sites: named places where a fault can strike, counted as they are visited, and the planned faults that wait there.
 */
import { drawAt } from './random.ts'
import type { Fault, ProcessHandle } from './runtime.ts'

/** `process/operation subject`, and which visit of it: `inventory/commit order-7#1`. */
export function siteName(base: string, occurrence: number): string {
  return `${base}#${occurrence}`
}

/** @returns the base name and the occurrence; a name without `#n` means the first. */
export function parseSite(site: string): { base: string; occurrence: number } {
  const match = /^(.*)#(\d+)$/.exec(site)
  return match === null ? { base: site, occurrence: 1 } : { base: match[1]!, occurrence: Number(match[2]) }
}

/** What is known of a site that was visited. */
export interface VisitedSite {
  /** Its name without the occurrence: `inventory/commit order-7`. */
  readonly base: string
  readonly visits: number
  /** The fault kinds it can suffer besides crash and pause, as its first visitor said. */
  readonly kinds: readonly string[]
  /** Whose site it is: the visiting process, and the service that process runs. */
  readonly process: string
  readonly service: string
}

/**
 * Counts visits per base name. Keeps the names in two generations and forgets the older one when the younger is
 * full, so that a run of any length stays within bounds; a forgotten name starts at 1 again, the same in every run.
 */
export class SiteCounter {
  #young = new Map<string, CountedSite>()
  #old: ReadonlyMap<string, CountedSite> = NO_SITES

  constructor(readonly generationSize = 100_000) {}

  /** Counts a visit. @returns which one it is, from 1 */
  next(base: string, kinds = NO_KINDS, visitor = NOBODY): number {
    const site = this.#young.get(base)
    return site === undefined ? this.#renew(base, kinds, visitor) : ++site.visits
  }

  /** Every site still remembered with its number of visits, in order of the first visit. */
  *entries(): Iterable<readonly [base: string, visits: number]> {
    for (const { base, visits } of this.describe()) yield [base, visits]
  }

  /** Every site still remembered, in order of the first visit. */
  describe(): readonly VisitedSite[] {
    const sites: VisitedSite[] = []
    for (const [base, site] of this.#old) if (!this.#young.has(base)) sites.push(site)
    for (const site of this.#young.values()) sites.push(site)
    return sites
  }

  /** A visit to a site that is not in the young generation. */
  #renew(base: string, kinds: readonly string[], { name, service }: Visitor): number {
    const site = this.#old.get(base) ?? { base, visits: 0, kinds, process: name, service }
    if (this.#young.size >= this.generationSize) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(base, site)
    return ++site.visits
  }
}

interface CountedSite extends VisitedSite {
  visits: number
}

type Visitor = Pick<ProcessHandle, 'name' | 'service'>

const NO_SITES: ReadonlyMap<string, CountedSite> = new Map()
const NO_KINDS: readonly string[] = []
const NOBODY: Visitor = { name: '', service: '' }

interface PlannedStrike {
  readonly fault: Fault
  readonly first: number
  readonly last: number
}

/** The plan's faults, indexed by where they strike. */
export class PlannedFaults {
  readonly #bySite = new Map<string, PlannedStrike[]>()
  readonly #byRate: Fault[] = []
  readonly windows: readonly Fault[]
  readonly #struck = new Set<Fault>()
  readonly #tooLate = new Set<Fault>()
  readonly #misplaced = new Map<Fault, readonly string[]>()
  #healed = false

  constructor(
    readonly seed: number,
    readonly faults: readonly Fault[],
  ) {
    const windows: Fault[] = []
    for (const fault of faults) {
      if (fault.at !== undefined) {
        const { base, occurrence } = parseSite(fault.at)
        const planned = { fault, first: occurrence, last: occurrence + (fault.times ?? 1) - 1 }
        this.#bySite.set(base, [...(this.#bySite.get(base) ?? []), planned])
      } else if (fault.rate !== undefined) {
        this.#byRate.push(fault)
      } else {
        windows.push(fault)
      }
    }
    this.windows = windows
  }

  /** The faults that strike at this visit. `service` is the visiting process's; rates apply to the kinds the site can suffer. */
  strikesAt(
    base: string,
    occurrence: number,
    service: string,
    kinds: readonly string[],
    nowMs: number,
  ): readonly Fault[] {
    if (this.#bySite.size === 0 && this.#byRate.length === 0) return NONE
    let found: Fault[] | undefined
    for (const { fault, first, last } of this.#bySite.get(base) ?? NO_STRIKES) {
      if (occurrence < first || occurrence > last) continue
      if (this.#healed) {
        this.#tooLate.add(fault)
        continue
      }
      if (canStrikeAnywhere(fault.kind) || kinds.includes(fault.kind)) found = push(found, fault)
      else this.#misplaced.set(fault, kinds)
    }
    for (const fault of this.#healed ? NONE : this.#byRate) {
      if (fault.service !== service) continue
      if (!canStrikeAnywhere(fault.kind) && !kinds.includes(fault.kind)) continue
      if (!withinWindow(fault, nowMs)) continue
      if (drawAt(this.seed, `${fault.kind}@${base}#${occurrence}`) < fault.rate!) found = push(found, fault)
    }
    if (found === undefined) return NONE
    for (const fault of found) this.#struck.add(fault)
    return found
  }

  /** Faults at a site that was visited only after everything had been healed. */
  tooLate(fault: Fault): boolean {
    return this.#tooLate.has(fault)
  }

  /** Faults planned at a site that cannot suffer them, with the kinds it can (besides crash and pause). */
  misplaced(): ReadonlyMap<Fault, readonly string[]> {
    return this.#misplaced
  }

  /** Point faults that have not struck (yet): at the end of a run, the plan named a site that was never visited. */
  unstruck(): readonly Fault[] {
    return this.faults.filter(fault => fault.at !== undefined && !this.#struck.has(fault))
  }

  heal(): void {
    this.#healed = true
  }
}

/** A process can die or freeze wherever it is. */
function canStrikeAnywhere(kind: string): boolean {
  return kind === 'crash' || kind === 'pause'
}

export function withinWindow(fault: Fault, nowMs: number): boolean {
  const from = fault.from ?? 0
  return nowMs >= from && (fault.for === undefined || nowMs < from + fault.for)
}

const NONE: readonly Fault[] = []
const NO_STRIKES: readonly PlannedStrike[] = []

function push(list: Fault[] | undefined, fault: Fault): Fault[] {
  if (list === undefined) return [fault]
  list.push(fault)
  return list
}
