/**
 * The fault `poison`: a message that a group cannot read, however often it is delivered. The log keeps the original.
 * In the wild: a producer with a newer schema, a truncated payload, an encoding nobody expected.
 */
import type { Fault, Runtime } from '#simulator/world/runtime.ts'

export class Poison {
  /** Which fault spoilt what, by group and label. */
  readonly #spoilt = new Map<string, Fault>()

  constructor(runtime: Runtime) {
    runtime.onFaultEdge((fault, edge) => {
      if (edge !== 'end') return
      for (const [name, by] of this.#spoilt) if (by === fault) this.#spoilt.delete(name)
    })
  }

  /** From now on, at every delivery, until the fault ends. */
  spoil(groupId: string, label: string, fault: Fault): void {
    this.#spoilt.set(`${groupId} ${label}`, fault)
  }

  isSpoilt(groupId: string, label: string): boolean {
    return this.#spoilt.size > 0 && this.#spoilt.has(`${groupId} ${label}`)
  }
}

/** The first half of a value: of a JSON document, something no parser takes. */
export function unreadable(value: Buffer | null): Buffer {
  return value === null ? Buffer.from('{') : Buffer.from(value.subarray(0, Math.ceil(value.length / 2)))
}
