/**
 * What a consumer must remember across restarts about messages in trouble: how often each was tried, and which
 * ones are parked among the dead letters.
 */
import type { Letter } from '#exercises/14-dead-letters/letter.ts'
import type { Database } from '#simulator/service.ts'

const HERE = 'topic = ? AND partition = ? AND offset = ?'

export function createParking(db: Database) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS letters (
      topic TEXT,
      partition INTEGER,
      offset INTEGER,
      key TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      parked INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (topic, partition, offset)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS letters_parked ON letters (key) WHERE parked;
  `)
  const findParked = db.prepare(`SELECT 1 FROM letters WHERE parked AND (key = ? OR (${HERE})) LIMIT 1`)
  const count = db.prepare<unknown[], { attempts: number }>(`
    INSERT INTO letters (topic, partition, offset, key, attempts) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET attempts = attempts + 1 RETURNING attempts
  `)
  const uncount = db.prepare(`UPDATE letters SET attempts = attempts - 1 WHERE ${HERE}`)
  const park = db.prepare(`
    INSERT INTO letters (topic, partition, offset, key, parked) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET attempts = 0, parked = 1
  `)
  const remove = db.prepare(`DELETE FROM letters WHERE ${HERE}`)
  const place = ({ origin }: Letter) => [origin.topic, origin.partition, Number(origin.offset)]

  return {
    /** True while this message, or another one with its key, is among the dead letters or on its way there. */
    isParked: (letter: Letter) => findParked.get(letter.key, ...place(letter)) !== undefined,
    /** Returns how many attempts that makes. Call it before the attempt. */
    countAttempt: (letter: Letter) => count.get(...place(letter), letter.key)?.attempts ?? 0,
    /** For a failure that is not the message's own fault. */
    uncountAttempt: (letter: Letter) => uncount.run(...place(letter)),
    /** From now on later messages of its key wait behind it. When it comes back, its attempts begin anew. */
    add: (letter: Letter) => park.run(...place(letter), letter.key),
    /** It has been handled: its key is free again, unless others of it are still parked. */
    release: (letter: Letter) => remove.run(...place(letter)),
  }
}
