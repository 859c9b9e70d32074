/**
 * Visits sites on behalf of the running process: counts them, names them, and lets the plan strike.
 */
import type { Agenda } from './agenda.ts'
import { ProcessCrashed } from './errors.ts'
import type { Fault, Strike } from './runtime.ts'
import { siteNames } from './site-names.ts'
import { type PlannedFaults, SiteCounter, siteName } from './sites.ts'
import type { Supervisor } from './supervisor.ts'

const DEFAULT_PAUSE_MS = 60_000
const NOWHERE: Strike = { site: '', faults: [] }

export class SiteVisitor {
  readonly counter = new SiteCounter()

  constructor(
    readonly planned: PlannedFaults,
    readonly agenda: Agenda,
    readonly supervisor: Supervisor,
  ) {}

  /** See Runtime.visit. */
  visit(operation: string, subject: string, kinds: readonly string[]): Strike {
    const process = this.supervisor.current
    if (process === undefined) return NOWHERE
    const { base, first } = siteNames(process.name, operation, subject)
    if (!process.alive) throw new ProcessCrashed(process.name, base)
    const occurrence = this.counter.next(base, kinds, process)
    const site = occurrence === 1 ? first : siteName(base, occurrence)
    const faults = this.planned.strikesAt(base, occurrence, process.service, kinds, this.agenda.elapsedMs)
    if (faults.length === 0) return { site, faults }
    const rest: Fault[] = []
    for (const fault of faults) {
      this.supervisor.record({ kind: 'fault.strike', fault: fault.kind, site }, process.name)
      if (fault.kind === 'pause') {
        // At a rate `for` is the window in which it may strike, so the length of the freeze is `by`.
        this.supervisor.pause(process, (fault.at === undefined ? fault.by : fault.for) ?? DEFAULT_PAUSE_MS)
      } else if (fault.kind === 'crash' && fault.when === 'before') {
        this.supervisor.crash(process, 'crash', fault.for, site)
        throw new ProcessCrashed(process.name, site)
      } else {
        rest.push(fault)
      }
    }
    return { site, faults: rest }
  }

  /** See Runtime.leave. */
  leave({ site, faults }: Strike): void {
    const process = this.supervisor.current
    if (process === undefined) return
    const crash = faults.length === 0 ? undefined : faults.find(({ kind }) => kind === 'crash')
    if (crash !== undefined) this.supervisor.crash(process, 'crash', crash.for, site)
    if (!process.alive) throw new ProcessCrashed(process.name, site)
  }
}
