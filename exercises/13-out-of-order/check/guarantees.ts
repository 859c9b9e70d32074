/**
 * What search promises in the check, whatever comes late, early or again.
 */
import { rowsOf, standstillOf } from '#simulator/explore/evidence.ts'
import { compareTally } from '#simulator/explore/tally.ts'
import type { Evidence, Guarantee, Violation } from '#simulator/scenario/scenario.ts'
import { type Delivery, eventIdOf } from './deliveries.ts'
import { FACTS, type Fact, MINUTE_MS, ORDERS, WAITING } from './events.ts'

const READ = ['product.events', 'order.events', 'retry.search']

interface Published {
  readonly fact: Fact
  readonly partition: number
  /** Null when there is none. */
  readonly key: string | null
}

export const showsNewestVersion: Guarantee = {
  name: 'newest-version',
  promise: 'Each product shows its newest version.',
  kind: 'eventually',
  judge(evidence) {
    const rows = rowsOf<{ id: string; name: string; unit_price_cents: number }>(
      evidence,
      'search',
      'products',
      ['id', 'name', 'unit_price_cents'],
    )
    const violations: Violation[] = []
    for (const [productId, versions] of bySubject(publishedIn(evidence, 'product.events'))) {
      const newest = versions.at(-1)!
      const [row, ...more] = rows.filter(({ id }) => id === productId)
      if (more.length > 0) {
        const message = `${productId} is in ${more.length + 1} rows of products`
        violations.push({ outcome: 'corrupt', message, subjects: [productId] })
      } else if (row === undefined || !isShown(newest, row)) {
        const shown = versions.find(version => row !== undefined && isShown(version, row))
        violations.push(describeProduct(evidence, productId, newest, shown, row))
      }
    }
    return violations
  },
}

function isShown({ product }: Fact, row: { name: string; unit_price_cents: number }): boolean {
  return product?.name === row.name && product.unitPriceCents === Number(row.unit_price_cents)
}

function describeProduct(
  evidence: Evidence,
  productId: string,
  { product }: Fact,
  shown: Fact | undefined,
  row: { name: string; unit_price_cents: number } | undefined,
): Violation {
  const subjects = [productId]
  if (row !== undefined && shown === undefined) {
    const message = `${productId} is shown as "${row.name}" for ${row.unit_price_cents} cents, which it never was`
    return { outcome: 'corrupt', message, subjects }
  }
  const wrong =
    shown === undefined
      ? `${productId} is not among the products, though version ${product?.version} was published`
      : `${productId} is shown in version ${shown.product?.version}, though version ${product?.version} was published`
  const stuckAt = standstillOf(evidence, 'search', READ)
  if (stuckAt !== undefined) return { outcome: 'stuck', message: `${wrong}: ${stuckAt}`, subjects }
  return { outcome: shown === undefined ? 'lost' : 'stale', message: wrong, subjects }
}

export const countsOnce: Guarantee = {
  name: 'counted-once',
  promise: 'The popularity of a product counts every confirmed order once, and takes off what was cancelled.',
  kind: 'eventually',
  judge(evidence) {
    const listed = new Set(bySubject(publishedIn(evidence, 'product.events')).keys())
    const rows = rowsOf<{ id: string; popularity: number }>(evidence, 'search', 'products', [
      'id',
      'popularity',
    ])
    return compareTally({
      // A row that stands in for a product to come is nobody's business before it has come.
      actual: rows.filter(({ id }) => listed.has(id)).map(row => [cellOf(row.id), Number(row.popularity)]),
      contributions: publishedIn(evidence, 'order.events').flatMap(({ fact: { lines, name } }) =>
        lines
          .filter(({ productId }) => listed.has(productId))
          .map(({ productId, units }) => ({ cell: cellOf(productId), amount: units, source: name })),
      ),
      stuckAt: () => standstillOf(evidence, 'search', READ),
    })
  },
}

const cellOf = (productId: string) => `the popularity of ${productId}`

/** An event is given ten minutes, and ten more to be reported in. What faults may cost besides is forgiven. */
const TOO_EARLY_MS = 9 * MINUTE_MS
const TOO_LATE_MS = 36 * MINUTE_MS
/** Whoever dies between sending and ticking off sends again, but nobody dies that often. */
const MOST_REPORTS = 10

/** @param deliveries what search was handed, in order */
export const reportsUnknown = (deliveries: readonly Delivery[]): Guarantee => ({
  name: 'unknown-is-reported',
  promise:
    'An event whose product is not known for ten minutes is reported to dead.search, and no other event is.',
  kind: 'eventually',
  judge(evidence) {
    const letters = [...evidence.messages('dead.search')].map(({ value }) => String(value))
    const violations: Violation[] = []
    for (const fact of ORDERS) {
      const { name, event } = fact
      const { mostMs, leastMs } = waitOf(fact, deliveries)
      const times = letters.filter(letter => isAbout(letter, fact)).length
      if (times > MOST_REPORTS) {
        const message = `${name} was reported to dead.search ${times} times`
        violations.push({ outcome: 'overload', message, subjects: [event.id] })
      } else if (times > 0) {
        if (mostMs >= TOO_EARLY_MS) continue
        const known =
          mostMs === 0 ? 'its products were known' : `its product came ${sayDuration(mostMs)} later`
        violations.push({
          outcome: 'leaked',
          message: `${name} was reported to dead.search, though ${known}`,
          subjects: [event.id],
        })
      } else if (leastMs > TOO_LATE_MS) {
        const message = `${name} waited ${sayDuration(leastMs)} for its product, and nobody was told: dead.search has nothing about it`
        violations.push({ outcome: 'lost', message, subjects: [event.id] })
      }
    }
    for (const letter of letters) {
      const fact = [...FACTS.values()].find(other => isAbout(letter, other))
      if (fact === undefined) {
        const message = `dead.search has a message that is none of the events that came: ${letter.slice(0, 60)}`
        violations.push({ outcome: 'phantom', message })
      } else if (fact.product !== undefined) {
        const message = `${fact.name} was reported to dead.search, though nothing is wrong with it`
        violations.push({ outcome: 'leaked', message, subjects: [fact.event.id] })
      }
    }
    return violations
  },
})

const isAbout = (letter: string, { event }: Fact) => letter.includes(`"${event.id}"`)

/**
 * How long an event has had to wait for its last product: at most, from its first delivery until the product had been handled;
 * and at least, from its last delivery before the product was handed over at all.
 */
function waitOf(
  { event, lines }: Fact,
  deliveries: readonly Delivery[],
): { mostMs: number; leastMs: number } {
  const own = deliveries.filter(({ eventId }) => eventId === event.id)
  const [first] = own
  if (first === undefined) return { mostMs: 0, leastMs: 0 }
  let mostMs = 0
  let leastMs = 0
  for (const { productId } of lines) {
    const listings = deliveries.filter(({ eventId }) => FACTS.get(eventId)?.subject === productId)
    const knownAtMs = listings.find(({ handledAtMs }) => handledAtMs !== undefined)?.handledAtMs
    // What has not come at all may be waited for in vain for as long as anybody likes.
    mostMs = Math.max(mostMs, (knownAtMs ?? Number.POSITIVE_INFINITY) - first.atMs)
    const [came] = listings
    const last = own.findLast(({ atMs }) => came !== undefined && atMs < came.atMs)
    if (came !== undefined && last !== undefined) leastMs = Math.max(leastMs, came.atMs - last.atMs)
  }
  return { mostMs, leastMs }
}

/** Long enough for whatever else may hold an event up, and shorter than the product takes. */
const HELD_UP_MS = 40 * MINUTE_MS

/** @param deliveries what search was handed, in order */
export const holdsNobodyUp = (deliveries: readonly Delivery[]): Guarantee => ({
  name: 'nobody-held-up',
  promise: 'An event that has to wait for its product does not hold up those behind it.',
  kind: 'eventually',
  judge() {
    const waiting = deliveries.find(({ eventId }) => eventId === WAITING.event.id)
    if (waiting === undefined) return []
    return ORDERS.slice(ORDERS.indexOf(WAITING) + 1).flatMap(({ event, name }): Violation[] => {
      const first = deliveries.find(({ eventId }) => eventId === event.id)
      const isBehind = first?.topic === waiting.topic && first.partition === waiting.partition
      if (!isBehind || first.atMs - waiting.atMs < HELD_UP_MS) return []
      const held = `${name} was handed to search only ${sayDuration(first.atMs - waiting.atMs)} after the event in front of it`
      return [
        {
          outcome: 'stuck',
          message: `${held}, ${WAITING.name}, whose product was not known`,
          subjects: [event.id],
        },
      ]
    })
  },
})

/**
 * @param deliveries what search was handed, in order
 * @param complaints what was wrong with the keys as such
 */
export const keepsOrder = (deliveries: readonly Delivery[], complaints: readonly string[]): Guarantee => ({
  name: 'order-kept',
  promise: 'The events of one product share a partition, and so do those of one order; others need not.',
  kind: 'eventually',
  judge(evidence) {
    const violations: Violation[] = complaints.map(message => ({ outcome: 'corrupt', message }))
    const turns = new Map<string, number>()
    for (const [turn, { eventId, topic }] of deliveries.entries())
      if (topic !== 'retry.search' && !turns.has(eventId)) turns.set(eventId, turn)
    for (const topic of ['product.events', 'order.events']) {
      const published = publishedIn(evidence, topic)
      const [first] = published
      const subjects = new Set(published.map(({ fact }) => fact.subject))
      if (
        subjects.size > 1 &&
        first !== undefined &&
        first.key !== null &&
        published.every(({ key }) => key === first.key)
      ) {
        const message = `all ${published.length} events of ${topic} have the key ${sayKey(first)}: one partition, and so one consumer, has to bear them all`
        violations.push({ outcome: 'overload', message })
      }
      for (const later of published)
        for (const earlier of published) {
          if (earlier.fact.subject !== later.fact.subject || earlier.fact.rank >= later.fact.rank) continue
          if (earlier.partition === later.partition) continue
          if (turnOf(earlier) < turnOf(later) || turnOf(later) === Number.POSITIVE_INFINITY) continue
          const where = `with the keys ${sayKey(later)} and ${sayKey(earlier)} they are in partitions ${later.partition} and ${earlier.partition} of ${topic}`
          violations.push({
            outcome: 'reordered',
            message: `search was handed ${later.fact.name} before ${earlier.fact.name}: ${where}`,
            subjects: [later.fact.subject],
          })
        }
    }
    return violations

    function turnOf({ fact }: Published): number {
      return turns.get(fact.event.id) ?? Number.POSITIVE_INFINITY
    }
  },
})

const sayKey = ({ key }: Published) => (key === null ? 'null' : JSON.stringify(key))

/** The events that a topic holds, each once. */
function publishedIn(evidence: Evidence, topic: string): Published[] {
  const published = new Map<Fact, Published>()
  for (const { partition, key, value } of evidence.messages(topic)) {
    const fact = FACTS.get(eventIdOf(value))
    if (fact !== undefined && !published.has(fact))
      published.set(fact, { fact, partition, key: key === null ? null : String(key) })
  }
  return [...published.values()]
}

/** The events of each product or order, in the order in which they happened. */
function bySubject(published: readonly Published[]): Map<string, Fact[]> {
  const facts = published.map(({ fact }) => fact).sort((a, b) => a.rank - b.rank)
  const subjects = new Map<string, Fact[]>()
  for (const fact of facts) subjects.set(fact.subject, [...(subjects.get(fact.subject) ?? []), fact])
  return subjects
}

function sayDuration(ms: number): string {
  if (ms >= MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} minutes`
  return ms >= 1000 ? `${Math.round(ms / 1000)} seconds` : `${ms} milliseconds`
}
