/**
 * Faults over a stretch of virtual time: they begin, they end, and healing ends them all.
 */
import type { Agenda } from './agenda.ts'
import type { Fault } from './runtime.ts'
import { type PlannedFaults, withinWindow } from './sites.ts'
import type { Supervisor } from './supervisor.ts'

type EdgeListener = (fault: Fault, edge: 'begin' | 'end') => void

export class FaultWindows {
  readonly #clockOffsetsMs = new Map<string, number>()
  readonly #listeners: EdgeListener[] = []
  #healed = false

  constructor(
    readonly planned: PlannedFaults,
    readonly agenda: Agenda,
    readonly supervisor: Supervisor,
  ) {}

  /** Schedules all beginnings and ends. */
  plan(): void {
    for (const fault of this.planned.windows) {
      const from = fault.from ?? 0
      this.agenda.push(from, () => this.#begin(fault), null, false)
      if (fault.for === undefined) continue
      this.agenda.push(from + fault.for, () => this.#end(fault), null, false)
    }
  }

  onEdge(listener: EdgeListener): void {
    this.#listeners.push(listener)
  }

  /** How far the clock of a service is off, in milliseconds. */
  clockOffsetMs(service: string): number {
    return this.#clockOffsetsMs.size === 0 ? 0 : (this.#clockOffsetsMs.get(service) ?? 0)
  }

  active(kind: string, service: string): Fault | undefined {
    if (this.#healed) return undefined
    for (const fault of this.planned.windows) {
      if (fault.kind !== kind || (fault.service ?? '') !== service) continue
      if (withinWindow(fault, this.agenda.elapsedMs)) return fault
    }
    return undefined
  }

  /** Ends what is open, faults at sites included: some go on after they struck. Nothing begins any more. */
  heal(): void {
    for (const fault of this.planned.faults) {
      if (!this.planned.windows.includes(fault)) this.#tell(fault, 'end')
      else if (withinWindow(fault, this.agenda.elapsedMs)) this.#end(fault)
    }
    this.#healed = true
  }

  #tell(fault: Fault, edge: 'begin' | 'end'): void {
    for (const listener of this.#listeners) listener(fault, edge)
  }

  #begin(fault: Fault): void {
    if (this.#healed) return
    const { supervisor } = this
    supervisor.record({ kind: 'fault.begin', fault: fault.kind, service: fault.service ?? '' }, 'world')
    for (const slot of supervisor.of(fault.service)) {
      if (fault.kind === 'down') slot.heldDown = true
      if (slot.current === undefined) continue
      if (fault.kind === 'down' || fault.kind === 'crash') supervisor.crash(slot.current, fault.kind)
      else if (fault.kind === 'pause') supervisor.pause(slot.current)
    }
    if (fault.kind === 'clock-skew') this.#clockOffsetsMs.set(fault.service ?? '', fault.by ?? 0)
    if (fault.kind === 'second-instance') this.#spawnSecond(fault.service ?? '')
    this.#tell(fault, 'begin')
  }

  #end(fault: Fault): void {
    if (this.#healed) return
    const { supervisor } = this
    supervisor.record({ kind: 'fault.end', fault: fault.kind, service: fault.service ?? '' }, 'world')
    for (const slot of supervisor.of(fault.service)) {
      if (fault.kind === 'down') {
        slot.heldDown = false
        supervisor.scheduleStart(slot, 0)
      } else if (fault.kind === 'pause' && slot.current !== undefined) {
        supervisor.resume(slot.current)
      }
    }
    if (fault.kind === 'clock-skew') this.#clockOffsetsMs.delete(fault.service ?? '')
    if (fault.kind === 'second-instance') this.#retireSecond(fault.service ?? '')
    this.#tell(fault, 'end')
  }

  #spawnSecond(service: string): void {
    const original = this.supervisor.find(service)
    const name = secondOf(service)
    if (original === undefined || this.supervisor.find(name) !== undefined) return
    this.supervisor.spawn({ ...original.options, name, service, start: original.start })
  }

  #retireSecond(service: string): void {
    const second = this.supervisor.find(secondOf(service))
    if (second === undefined) return
    second.retired = true
    this.supervisor.stop(second)
  }
}

function secondOf(service: string): string {
  return `${service}-2`
}
