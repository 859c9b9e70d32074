/**
 * The broker of a field run, if it was started from this repository: only then may a run take it down.
 */
import { findBroker, killBroker, resumeBroker } from '../broker/broker.ts'
import { instances } from '../broker/state.ts'

export interface OwnBroker {
  /** From one moment to the next; what it had acknowledged stays. */
  kill(): Promise<void>
  /** Resolves when it can be used again. */
  resume(): Promise<void>
}

/** @returns undefined when the broker at `address` is somebody else's */
export function findOwnBroker(address: string): OwnBroker | undefined {
  const wanted = normalize(address)
  const instance = instances().find(name => findBroker(name)?.address === wanted)
  if (instance === undefined) return undefined
  return {
    kill: () => killBroker(instance),
    resume: async () => void (await resumeBroker(instance)),
  }
}

function normalize(address: string): string {
  return address.replace(/^localhost:/, '127.0.0.1:')
}
