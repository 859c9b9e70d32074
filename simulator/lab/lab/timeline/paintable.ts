/**
 * The kinds of fault that can be painted on a row, with the words and the values they begin with.
 */
import { findFaultKind } from '#simulator/faults/catalogue.ts'
import { type PlanTargets, parseFault } from '#simulator/faults/plan.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { Topology } from '../../worker/protocol.ts'
import { BROKER, type Lane, type LaneKind } from './lanes.ts'

export interface Paintable {
  readonly kind: string
  /** A word or two for the palette and for bars. */
  readonly label: string
  /** What happens, as the catalogue says. */
  readonly what: string
  readonly on: readonly LaneKind[]
  /** False when it strikes at a moment and has no length. */
  readonly hasLength: boolean
  readonly fields?: Partial<Fault>
}

const WORDS: readonly (Omit<Paintable, 'what' | 'hasLength'> & { readonly hasLength?: false })[] = [
  { kind: 'down', label: 'Down', on: ['service', 'party'] },
  { kind: 'slow', label: 'Slow', on: ['service', 'party'] },
  { kind: 'failing', label: 'Failing', on: ['service', 'party'] },
  { kind: 'timeout-after', label: 'No answer', on: ['service', 'party'] },
  { kind: 'disconnected', label: 'Disconnected', on: ['service', 'party'] },
  { kind: 'pause', label: 'Paused', on: ['service'] },
  { kind: 'second-instance', label: 'Two instances', on: ['service'] },
  { kind: 'database-busy', label: 'Database busy', on: ['service'] },
  { kind: 'disk-full', label: 'Disk full', on: ['service'] },
  { kind: 'clock-skew', label: 'Clock off', on: ['service'], fields: { by: -5000 } },
  { kind: 'crash', label: 'Crash', on: ['service'], hasLength: false },
  { kind: 'rebalance', label: 'Rebalance', on: ['service'], hasLength: false },
  { kind: 'broker-down', label: 'Broker down', on: ['broker'] },
]

export const PAINTABLE: readonly Paintable[] = WORDS.map(({ hasLength = true, ...words }) => ({
  ...words,
  hasLength,
  what: findFaultKind(words.kind)!.what,
}))

/** A word or two for any kind of fault. */
export function labelOf(kind: string): string {
  return PAINTABLE.find(entry => entry.kind === kind)?.label ?? capitalise(kind.replaceAll('-', ' '))
}

/** What is painted on a row when `chosen` is in hand: itself, or the first kind that the row can suffer. */
export function paintableOn(lane: Lane, chosen: string): Paintable {
  const able = PAINTABLE.filter(({ on }) => on.includes(lane.kind))
  return able.find(({ kind }) => kind === chosen) ?? able[0]!
}

/** @throws WorkbenchError when the catalogue does not take it */
export function createFault(
  { kind, hasLength, fields }: Paintable,
  lane: Lane,
  window: { readonly from: number; readonly for: number },
  targets: PlanTargets,
): Fault {
  const value = {
    kind,
    service: lane.name,
    from: window.from,
    ...(hasLength ? { for: window.for } : {}),
    ...fields,
  }
  return parseFault(value, 'timeline', targets)
}

export function targetsOf({ services, parties, topics }: Topology): PlanTargets {
  return {
    services: services.map(({ name }) => name),
    parties,
    topics: topics.map(({ topic }) => topic),
  }
}

/** The row that a fault over a window belongs to. */
export function laneOf(fault: Fault): string {
  return fault.kind === 'broker-down' || fault.kind === 'retention' ? BROKER : (fault.service ?? '')
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
