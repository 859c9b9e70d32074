/**
 * What the development server tells the page when a student's file has changed.
 */
export const SLOT_SAVED = 'out-of-order:slot-saved'

export interface SlotSaved {
  readonly exercise: string
}
