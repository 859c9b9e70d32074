/**
 * What an event store writes into the trace.
 */

/** Events were appended: versions `from` to `to` of the stream, at positions `firstPosition` to `lastPosition`. */
export interface StoreAppend {
  readonly kind: 'store.append'
  /** The store's name. */
  readonly store: string
  readonly stream: string
  readonly from: number
  readonly to: number
  /** The positions of one append follow each other without a gap. */
  readonly firstPosition: number
  readonly lastPosition: number
  readonly types: readonly string[]
  /** `order-7/OrderPlaced`, and `order-7/OrderPlaced+2` for three events of which that is the first. */
  readonly label: string
  /** False when the append is still uncommitted: readers see it with the `store.visible` that follows. */
  readonly visible: boolean
}

/** An append whose positions were given out earlier has been committed; later positions may have been read already. */
export interface StoreVisible {
  readonly kind: 'store.visible'
  readonly store: string
  readonly stream: string
  readonly from: number
  readonly to: number
  readonly firstPosition: number
  readonly lastPosition: number
  readonly label: string
}

/** An append was refused, because the stream was not at the version its writer expected. */
export interface StoreConflict {
  readonly kind: 'store.conflict'
  readonly store: string
  readonly stream: string
  readonly expected: number | string
  readonly actual: number
  readonly label: string
}

export type EventStoreRecord = StoreAppend | StoreVisible | StoreConflict
