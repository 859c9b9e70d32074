/**
 * What the page knows of an exercise before any of its code is loaded: `slots/exercises.json`, beside the slots themselves.
 */
export interface CatalogEntry {
  /** `12-idempotent-consumer` */
  readonly name: string
  /** `12` */
  readonly number: string
  /** The first heading of its README, without the number. */
  readonly title: string
  readonly goal: string
  /** The file that the student edits, from the repository's root. */
  readonly file: string
  /** Answers that come with the exercise: `starter`, `solution` and the known mistakes. */
  readonly answers: readonly string[]
  /** What the student's own file is now, as a hash; missing where there is none: in a static page, or after it was deleted. */
  readonly content?: string
}
