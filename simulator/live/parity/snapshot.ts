/**
 * What remains of a run when times and random ids are left out: every message at its offset, every row of every read model,
 * and the numbers of the summary. The same for a simulated run as for one on a broker.
 */
import type { StoredMessageView } from '#simulator/kafka/inspection.ts'
import type { Evidence } from '#simulator/scenario/scenario.ts'
import type { ClientNotes } from '#simulator/shop/client-notes.ts'
import { READ_MODELS } from '#simulator/shop/read-models.ts'
import { type ShopSummary, summarize } from '#simulator/shop/summary.ts'
import { TOPICS } from '#simulator/shop/topics.ts'

export interface Snapshot {
  /** By `topic/partition`, in the order of the log; every partition there is, the empty ones too. */
  readonly log: ReadonlyMap<string, readonly LoggedMessage[]>
  /** By read model, then key; each row as JSON. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly numbers: ReadonlyMap<string, number>
}

export interface LoggedMessage {
  readonly offset: number
  readonly key: string
  readonly type: string
  /** What it says, and which headers it has: JSON without ids, times and trace ids. */
  readonly content: string
  /** What led to it: the place of another message in the log, `order.events/1@17`, or a command, `place-10248`. */
  readonly cause: string
}

export function takeSnapshot(evidence: Evidence, notes: ClientNotes): Snapshot {
  const messages = TOPICS.flatMap(({ topic }) => [...evidence.messages(topic)])
  const places = new Map<string, string>()
  for (const message of messages) {
    const { id } = readEnvelope(message)
    // The relay may send an event twice; the first is the one that others may have followed.
    if (typeof id === 'string' && !places.has(id)) places.set(id, `${placeOf(message)}@${message.offset}`)
  }
  const log = new Map<string, LoggedMessage[]>()
  for (const { topic, partitions } of TOPICS)
    for (let partition = 0; partition < partitions; partition++) log.set(`${topic}/${partition}`, [])
  for (const message of messages) log.get(placeOf(message))!.push(describe(message, places))
  return {
    log,
    rows: new Map(
      READ_MODELS.map(({ name, database, read }) => [
        name,
        new Map([...read(evidence.database(database))].map(([key, row]) => [key, JSON.stringify(row)])),
      ]),
    ),
    numbers: numbersOf(summarize(evidence, notes)),
  }
}

const placeOf = ({ topic, partition }: StoredMessageView) => `${topic}/${partition}`

function describe(message: StoredMessageView, places: ReadonlyMap<string, string>): LoggedMessage {
  const { id: _, time: __, trace_id: ___, causation_id: cause, type, ...rest } = readEnvelope(message)
  return {
    offset: message.offset,
    key: String(message.key),
    type: String(type),
    content: JSON.stringify({ ...rest, headers: Object.keys(message.headers).sort() }),
    cause: places.get(String(cause)) ?? String(cause ?? 'an unnamed cause'),
  }
}

function readEnvelope({ value }: StoredMessageView): Record<string, unknown> {
  try {
    const envelope: unknown = JSON.parse(String(value))
    if (typeof envelope === 'object' && envelope !== null) return { ...envelope }
  } catch {
    // A message that is no envelope is compared as the text it is.
  }
  return { text: String(value) }
}

/** How long read models lagged is a matter of timing, and left out. */
function numbersOf({ orders, money, mail, stock, units, revenueCents, events }: ShopSummary) {
  const groups = { orders, money, mail, stock, sales: { units, revenueCents }, log: { events } }
  return new Map(
    Object.entries(groups).flatMap(([group, numbers]) =>
      Object.entries(numbers).map(([name, number]): [string, number] => [`${group}.${name}`, number]),
    ),
  )
}
