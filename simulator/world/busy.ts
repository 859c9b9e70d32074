/**
 * Which student code is at work: handlers that have not settled, programs that are still starting.
 */
import type { Incarnation } from './process.ts'

interface Work {
  readonly process: Incarnation
  readonly label: string
  readonly isHandler: boolean
}

export class BusyList {
  readonly #works = new Set<Work>()

  get size(): number {
    return this.#works.size
  }

  /** @param isHandler a handler owes somebody a result; a program that never finishes starting may just be polling */
  begin(process: Incarnation, label: string, isHandler: boolean): () => void {
    const work: Work = { process, label, isHandler }
    this.#works.add(work)
    if (isHandler) process.handling++
    return () => {
      if (this.#works.delete(work) && isHandler) process.handling--
    }
  }

  /** A dead process owes nothing. */
  drop(process: Incarnation): void {
    for (const work of this.#works) if (work.process === process) this.#works.delete(work)
  }

  /** In the order they were begun. */
  list(): readonly Work[] {
    return [...this.#works]
  }
}
