/**
 * What is scheduled, in order of time and then of scheduling: a binary heap.
 */
import type { ProcessHandle } from './runtime.ts'

/** How a timer came to be, to tell polling from a deadline: see settling in world.ts. */
export interface Lineage {
  readonly delayMs: number
  /** How many times in a row the chain of timers fired without any effect. */
  readonly quiet: number
}

export interface QueuedEvent {
  /** Virtual milliseconds since the start of the run. */
  at: number
  readonly seq: number
  action: (() => void) | null
  readonly owner: ProcessHandle | null
  readonly subject: string
  readonly cause: number
  /** Declared idle by whoever scheduled it; undefined: to be found out. */
  readonly idle: boolean | undefined
  /** Set for timers of a process: what their delay was. */
  readonly timerDelayMs: number | undefined
  lineage: Lineage | null
  /** The number of effects the world had seen when the arming step ended; idle only while there were no more. */
  effectsSeen: number
}

export class EventQueue {
  readonly #heap: QueuedEvent[] = []

  get size(): number {
    return this.#heap.length
  }

  /** All queued events in no particular order, for looking only. */
  get events(): readonly QueuedEvent[] {
    return this.#heap
  }

  peek(): QueuedEvent | undefined {
    return this.#heap[0]
  }

  push(event: QueuedEvent): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(event)
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]!
      if (!isBefore(event, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = event
  }

  pop(): QueuedEvent | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let childIndex = index * 2 + 1
      const left = heap[childIndex]
      if (left === undefined) break
      const right = heap[childIndex + 1]
      let child = left
      if (right !== undefined && isBefore(right, left)) {
        childIndex++
        child = right
      }
      if (!isBefore(child, last)) break
      heap[index] = child
      index = childIndex
    }
    heap[index] = last
    return first
  }

  /** Takes everything out, calls `change` on each event that still stands, and puts those back for which it returns true. */
  rebuild(change: (event: QueuedEvent) => boolean): void {
    const events = this.#heap.splice(0)
    for (const event of events) {
      if (event.action !== null && change(event)) this.push(event)
    }
  }
}

function isBefore(left: QueuedEvent, right: QueuedEvent): boolean {
  return left.at < right.at || (left.at === right.at && left.seq < right.seq)
}
