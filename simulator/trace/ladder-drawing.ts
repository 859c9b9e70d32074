/**
 * What a record looks like on a ladder: an arrow from one lane to another, or a note on one; and the same as a clause.
 */
import type { RecordOf, RunRecord } from './records.ts'
import { sayMessage, shortLabel, summarize } from './sentence.ts'

/** Who takes part: `kafka`, `process inventory`, `database inventory`, `store orders`. */
export type LaneKey = 'kafka' | `${'process' | 'database' | 'store'} ${string}`

export interface Drawing {
  readonly from: LaneKey
  /** None for a note. */
  readonly to?: LaneKey
  /** answer: dashed. lost: undone, or it never arrived. */
  readonly style: 'message' | 'answer' | 'lost' | 'note'
  /** Some two words. */
  readonly text: string
  /** What to compare with the other run, where the text says more than what happens. */
  readonly key?: string
  /** A clause in the present tense: "inventory gets OrderPlaced of order-1 again". */
  readonly clause: string
  /** What becomes of the lane it starts from, from here on. */
  readonly lifeline?: 'ends' | 'freezes' | 'begins'
}

/** @param about left out of message names */
export function drawRecord(record: RunRecord, about: string): Drawing | undefined {
  const name = (label: string) => nameOf(label, about)
  const self: LaneKey = `process ${record.process}`
  // The judge looks into databases, too.
  if (record.process === 'world' && record.kind.startsWith('db.')) return undefined
  switch (record.kind) {
    case 'process.start':
      if (record.incarnation > 1)
        return lifeline('begins', note(self, '● starts again', `${record.process} starts again`))
      return record.t > 0 ? lifeline('begins', note(self, '● starts', `${record.process} starts`)) : undefined
    case 'process.crash': {
      const isPlanned = isPlannedCrash(record)
      const isDown = record.reason === 'down'
      const text = isDown ? 'is taken down' : isPlanned ? 'crashes' : record.reason
      const clause = isDown || isPlanned ? text : `crashes on its own (${record.reason})`
      return lifeline('ends', note(self, `✗ ${text}`, `${record.process} ${clause}`))
    }
    case 'process.gave-up':
      return lifeline(
        'ends',
        note(self, '✗ is given up', `${record.process} is not started any more: ${record.reason}`),
      )
    case 'process.stop':
      return lifeline('ends', note(self, '✗ stops', `${record.process} stops`))
    case 'process.pause':
      return lifeline('freezes', note(self, '┆ freezes', `${record.process} freezes`))
    case 'process.resume':
      return lifeline(
        'begins',
        note(self, '● goes on', `${record.process} goes on as if nothing had happened`),
      )
    case 'kafka.append': {
      const message = sayMessage(record.label)
      return record.producer === 'outside'
        ? note('kafka', `● ${name(record.label)}`, `${message} is in Kafka`)
        : arrow(
            `process ${record.producer}`,
            'kafka',
            name(record.label),
            `${record.producer} sends ${message}`,
          )
    }
    case 'kafka.lost':
      return arrow(
        self,
        'kafka',
        name(record.label),
        `Kafka loses ${sayMessage(record.label)}, though it has acknowledged it`,
        'lost',
      )
    case 'kafka.deliver': {
      const [mark, again] = record.redelivery ? ['↻ ', ' again'] : ['', '']
      const clause = `${record.process} gets ${sayMessage(record.label)}${again}`
      return arrow('kafka', self, `${mark}${name(record.label)}`, clause)
    }
    case 'kafka.handled': {
      if (record.ok) return undefined
      const error = record.error ?? 'no reason given'
      return note(
        self,
        `✗ ${brief(error)}`,
        `${record.process} fails on ${sayMessage(record.label)} (${error})`,
      )
    }
    case 'kafka.commit': {
      const { topic, group, offset } = record
      if (record.process === 'world') {
        return note(
          'kafka',
          `reset to offset ${offset}`,
          `${group} is set back to offset ${offset} of ${topic}`,
        )
      }
      // The number depends on how many messages were handled in one go.
      const clause = `${group} commits offset ${offset} of ${topic}`
      return { ...arrow(self, 'kafka', `offset ${offset}`, clause, 'answer'), key: `offset of ${topic}` }
    }
    case 'kafka.group':
      return drawGroup(record)
    case 'kafka.retention':
      return note(
        'kafka',
        `${record.deleted} expired`,
        `${record.deleted} messages of ${record.topic} expire`,
      )
    case 'kafka.transaction': {
      const text = record.outcome === 'commit' ? 'committed' : 'aborted'
      return note('kafka', text, `the Kafka transaction ${record.transaction} is ${text}`)
    }
    case 'db.commit': {
      const writes = tables(record.writes)
      return arrow(
        self,
        `database ${record.database}`,
        writes,
        `${record.process} commits \`${summarize(record.writes)}\``,
      )
    }
    case 'db.rollback': {
      const writes = tables(record.writes)
      return arrow(
        self,
        `database ${record.database}`,
        `undone: ${writes}`,
        `the \`${summarize(record.writes)}\` of ${record.process} is rolled back`,
        'lost',
      )
    }
    case 'db.error':
      return arrow(
        `database ${record.database}`,
        self,
        record.code,
        `\`${record.statement}\` of ${record.process} fails with ${record.code}`,
        'answer',
      )
    case 'http.request':
      return arrow(
        self,
        `process ${record.to}`,
        `${record.method} ${record.path}`,
        `${record.process} asks ${record.to}: ${record.method} ${record.path}`,
      )
    case 'http.response':
      return arrow(
        `process ${record.from}`,
        self,
        String(record.status),
        `${record.from} answers ${record.status}`,
        'answer',
      )
    case 'http.failed':
      return arrow(
        `process ${record.to}`,
        self,
        record.error,
        `${record.process} gets no answer from ${record.to} (${record.error})`,
        'lost',
      )
    case 'party.did':
      return note(
        `process ${record.party}`,
        `${record.action} ${name(record.key)}`,
        `${record.party} does ${record.action} for ${record.key}`,
      )
    case 'store.append': {
      const types = record.types.join(', ')
      return arrow(
        self,
        `store ${record.store}`,
        `+ ${types}`,
        `${record.process} appends ${types} to ${record.stream}`,
      )
    }
    case 'store.visible':
      return note(
        `store ${record.store}`,
        'visible now',
        `what was appended to ${record.stream} becomes visible`,
      )
    case 'store.conflict':
      return arrow(
        `store ${record.store}`,
        self,
        'version conflict',
        `the append of ${record.process} to ${record.stream} is refused: version conflict`,
        'answer',
      )
    default:
      return undefined
  }
}

const PLANNED_REASONS: ReadonlySet<string> = new Set(['crash', 'down', 'duplicate after-restart'])

/** Whether the plan wanted it, rather than the program having thrown. */
export function isPlannedCrash({ reason, site }: RecordOf<'process.crash'>): boolean {
  return site !== undefined || PLANNED_REASONS.has(reason)
}

/** The first assignment of a group is no event, nor are the steps on the way to a new one. */
function drawGroup({ group, state, generation, members }: RecordOf<'kafka.group'>): Drawing | undefined {
  if (state === 'Empty')
    return {
      ...note('kafka', 'nobody in group', `the group ${group} is left without a member`),
      key: 'nobody',
    }
  if (state !== 'Stable' || generation < 2) return undefined
  const readers = members.filter(({ partitions }) => partitions.length > 0).map(({ process }) => process)
  return note(
    'kafka',
    readers.length === 1 ? '⇄ rebalanced' : `⇄ to ${readers.join(', ')}`,
    `the group ${group} rebalances: ${readers.join(' and ')} ${readers.length === 1 ? 'reads' : 'read'} its partitions`,
  )
}

const VERBS: Readonly<Record<string, string>> = { insert: '+', replace: '+', update: '~', delete: '−' }

/** `+ inbox, stock ×2` for `insert inbox, insert stock, insert stock`. */
function tables(writes: readonly string[]): string {
  const counts = new Map<string, Map<string, number>>()
  for (const write of writes) {
    const [verb = '', table = ''] = write.split(' ')
    const sign = VERBS[verb] ?? verb
    const perTable = counts.get(sign) ?? new Map<string, number>()
    perTable.set(table, (perTable.get(table) ?? 0) + 1)
    counts.set(sign, perTable)
  }
  const parts = [...counts].map(([sign, perTable]) => {
    const names = [...perTable].map(([table, times]) => (times === 1 ? table : `${table} ×${times}`))
    return `${sign} ${names.join(', ')}`
  })
  return parts.join(' ')
}

/** Room is scarce: of a long error the name says enough. */
function brief(error: string): string {
  const text = error.replace(/^Error: /, '')
  return text.length <= 36 ? text : (/^(\w+): /.exec(text)?.[1] ?? text)
}

/** `order-1 OrderPlaced`: where there is little room, who it is about says more than what it is. */
function nameOf(label: string, about: string): string {
  return shortLabel(label, about).replace(/\/(?=[^/]*$)/, ' ')
}

function arrow(
  from: LaneKey,
  to: LaneKey,
  text: string,
  clause: string,
  style: Drawing['style'] = 'message',
): Drawing {
  return { from, to, style, text, clause }
}

function lifeline(becomes: NonNullable<Drawing['lifeline']>, drawing: Drawing): Drawing {
  return { ...drawing, lifeline: becomes }
}

export function note(from: LaneKey, text: string, clause: string): Drawing {
  return { from, style: 'note', text, clause }
}
