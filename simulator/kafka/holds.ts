/**
 * The fault `hold`: a group does not get a partition's messages from some offset on until a moment has come.
 * In the wild: a slow leader, a follower fetch behind the others, a congested link. Other partitions go on.
 */
import type { ProcessHandle, Runtime, Strike } from '#simulator/world/runtime.ts'
import type { PartitionLog } from './partition-log.ts'

export interface Hold {
  readonly offset: number
  readonly untilMs: number
  /** The visit that found it; the message is handed out on this visit once the hold is over. */
  readonly strike: Strike
  readonly process: ProcessHandle | undefined
}

export class Holds {
  readonly #byGroup = new Map<string, Map<PartitionLog, Hold>>()

  constructor(readonly runtime: Runtime) {}

  begin(groupId: string, log: PartitionLog, hold: Hold): void {
    const held = this.#byGroup.get(groupId)
    if (held === undefined) this.#byGroup.set(groupId, new Map([[log, hold]]))
    else held.set(log, hold)
  }

  get(groupId: string, log: PartitionLog): Hold | undefined {
    return this.#byGroup.size === 0 ? undefined : this.#byGroup.get(groupId)?.get(log)
  }

  /** How far a group may read: `upTo`, or the held offset. */
  limit(groupId: string | undefined, log: PartitionLog, upTo: number): number {
    if (this.#byGroup.size === 0 || groupId === undefined) return upTo
    const hold = this.get(groupId, log)
    return hold === undefined || this.runtime.now() >= hold.untilMs ? upTo : Math.min(upTo, hold.offset)
  }

  end(groupId: string, log: PartitionLog): void {
    this.#byGroup.get(groupId)?.delete(log)
  }
}
