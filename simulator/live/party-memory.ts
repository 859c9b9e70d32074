/**
 * What an outside party remembers, in a database: a provider does not forget its charges because its process ends.
 */
import type { PartyAnswer, PartyEntry, PartyMemory } from '#simulator/scenario/scenario.ts'
import type { Database } from '#simulator/service.ts'

export function createPartyMemory(db: Database): PartyMemory {
  db.exec(`
    CREATE TABLE IF NOT EXISTS ledger (number INTEGER PRIMARY KEY, entry TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, status INTEGER NOT NULL, body TEXT NOT NULL);
  `)
  const find = db.prepare<[string], { status: number; body: string }>(
    'SELECT status, body FROM answers WHERE key = ?',
  )
  const addEntry = db.prepare('INSERT INTO ledger (entry) VALUES (?)')
  const addAnswer = db.prepare('INSERT INTO answers VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  // The key decides who was first: what is done a second time is not done.
  const keep = db.transaction((key: string, answer: PartyAnswer, entry: PartyEntry | undefined) => {
    const isFirst = addAnswer.run(key, answer.status, JSON.stringify(answer.body)).changes > 0
    if (isFirst && entry !== undefined) addEntry.run(JSON.stringify(entry))
  }).immediate
  return {
    find(key) {
      const row = find.get(key)
      return row === undefined ? undefined : { status: row.status, body: JSON.parse(row.body) as object }
    },
    keep: (key, answer, entry) => keep(key, answer, entry),
    entries: () => readLedger(db),
  }
}

/** Everything the party did, in order; nothing when its database has never been used. */
export function readLedger(db: Database): PartyEntry[] {
  const hasLedger = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'ledger'").get() !== undefined
  if (!hasLedger) return []
  return db
    .prepare<[], { entry: string }>('SELECT entry FROM ledger ORDER BY number')
    .all()
    .map(({ entry }) => JSON.parse(entry) as PartyEntry)
}
