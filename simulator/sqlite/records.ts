/**
 * What the databases write into the trace.
 */
export type DatabaseRecord =
  | {
      kind: 'db.commit'
      database: string
      /** The statements that changed rows, in order: `insert orders`. */
      writes: readonly string[]
      /** How many rows they changed. */
      changes: number
    }
  /** A transaction that had changed rows was undone: by the program, an error or a crash. */
  | { kind: 'db.rollback'; database: string; writes: readonly string[] }
  /** A statement failed, by a planned fault or by its own doing; `code` as in better-sqlite3: `SQLITE_BUSY`. */
  | { kind: 'db.error'; database: string; statement: string; code: string }
