import { describe, expect, test } from 'vitest'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { buildLadder, type Ladder, type LadderRow } from './ladder.ts'
import { appended, traceOf } from './trace-of.ts'

type Drafts = Parameters<typeof traceOf>

function delivered(offset: number, label: string, redelivery = false) {
  return {
    kind: 'kafka.deliver' as const,
    topic: 'order.events',
    partition: 0,
    offset,
    group: 'inventory',
    member: 'inventory-member-1',
    label,
    redelivery,
    process: 'inventory',
  }
}

function committed(cause: number, ...writes: string[]) {
  return {
    kind: 'db.commit' as const,
    database: 'inventory',
    writes,
    changes: writes.length,
    process: 'inventory',
    cause,
  }
}

function handled(cause: number, offset: number, label: string) {
  return {
    kind: 'kafka.handled' as const,
    topic: 'order.events',
    partition: 0,
    offset,
    group: 'inventory',
    label,
    ok: true,
    process: 'inventory',
    cause,
  }
}

const LABEL = 'order-1/OrderPlaced'
const published = appended('order.events', 0, { process: 'outside' })
const once: Drafts = [published, delivered(0, LABEL), committed(2, 'insert stock'), handled(2, 0, LABEL)]

function ladderOf(
  left: readonly TraceRecord[],
  right?: readonly TraceRecord[],
  subjects: string[] = ['order-1'],
): Ladder {
  const run = (records: readonly TraceRecord[], title: string) => ({
    records,
    title,
    holds: false,
    result: 'so it was',
  })
  return buildLadder(run(left, 'left'), right && run(right, 'right'), { subjects })
}

function textsOf(ladder: Ladder): string[] {
  return ladder.rows.map(textOf)
}

function textOf(row: LadderRow): string {
  if (row.kind === 'fold') return `… ${row.left} | ${row.right}`
  const sides = [row.left, row.right].map(cell =>
    cell === undefined ? '' : `${cell.isFault ? '!' : ''}${cell.text}`,
  )
  return `${row.isParting ? '> ' : ''}${sides.join(' | ')}`
}

describe('the rows of a ladder', () => {
  test('stand side by side, and the first that differs is marked', () => {
    const twice = traceOf(
      published,
      {
        kind: 'fault.strike',
        fault: 'duplicate',
        site: `inventory/deliver ${LABEL}#1`,
        process: 'inventory',
      },
      delivered(0, LABEL),
      committed(3, 'insert stock'),
      handled(3, 0, LABEL),
      delivered(0, LABEL, true),
      committed(6, 'insert stock'),
      handled(6, 0, LABEL),
    )
    const ladder = ladderOf(twice, traceOf(...once))
    expect(ladder.about).toBe('order-1')
    expect(ladder.lanes).toEqual(['Kafka', 'inventory', 'database'])
    expect(textsOf(ladder)).toEqual([
      '● OrderPlaced | ● OrderPlaced',
      'OrderPlaced | OrderPlaced',
      '+ stock | + stock',
      '> !↻ OrderPlaced | ',
      '+ stock | ',
    ])
    expect(ladder.parting?.left?.clause).toBe('inventory gets OrderPlaced of order-1 again')
  })

  test('show only what concerns the subjects, and what happens to those who work on it', () => {
    const ladder = ladderOf(
      traceOf(
        ...once,
        appended('order.events', 1, { process: 'outside', label: 'order-2/OrderPlaced' }),
        delivered(1, 'order-2/OrderPlaced'),
        { kind: 'process.crash', incarnation: 1, reason: 'crash', site: 'x', process: 'inventory' },
        { kind: 'process.start', incarnation: 2, process: 'inventory' },
        { kind: 'process.crash', incarnation: 1, reason: 'crash', site: 'x', process: 'search' },
      ),
    )
    expect(textsOf(ladder)).toEqual([
      '● OrderPlaced | ',
      'OrderPlaced | ',
      '+ stock | ',
      '!✗ crashes | ',
      '● starts again | ',
    ])
  })

  test('say so when a message is handled without a trace, by a process that writes otherwise', () => {
    const ladder = ladderOf(traceOf(...once, delivered(0, LABEL, true), handled(5, 0, LABEL)))
    expect(textsOf(ladder).slice(-2)).toEqual(['↻ OrderPlaced | ', 'writes nothing | '])
  })

  test('say nothing of the kind while two messages are handled at a time', () => {
    const ladder = ladderOf(
      traceOf(
        ...once,
        delivered(0, LABEL, true),
        delivered(0, LABEL, true),
        handled(5, 0, LABEL),
        handled(6, 0, LABEL),
      ),
    )
    expect(textsOf(ladder).join()).not.toContain('writes nothing')
  })

  test('show the acknowledgement that was lost behind the message it was for', () => {
    const send = { ...appended('stock.events', 0, { process: 'inventory', label: 'order-1/StockReserved' }) }
    const left = traceOf(
      published,
      delivered(0, LABEL),
      {
        kind: 'fault.strike',
        fault: 'ack-lost',
        site: 'inventory/send order-1/StockReserved#1',
        process: 'inventory',
        cause: 2,
      },
      { ...send, cause: 3 },
    )
    const right = traceOf(published, delivered(0, LABEL), { ...send, cause: 2 })
    expect(textsOf(ladderOf(left, right)).slice(-2)).toEqual([
      'StockReserved | StockReserved',
      '> !✗ no acknowledgement | ',
    ])
  })

  test('are aligned at the commit of an offset even if one run commits more at once', () => {
    const commit = (offset: number, cause: number) =>
      ({
        kind: 'kafka.commit',
        group: 'inventory',
        topic: 'order.events',
        partition: 0,
        offset,
        process: 'inventory',
        cause,
      }) as const
    const ladder = ladderOf(traceOf(...once, commit(2, 0)), traceOf(...once, commit(1, 2)))
    expect(textsOf(ladder).at(-1)).toBe('offset 2 | offset 1')
  })
})

describe('a long run', () => {
  const many = (count: number, tail: Drafts): TraceRecord[] => {
    const drafts: Drafts = []
    for (let offset = 0; offset < count; offset++) {
      drafts.push(delivered(offset, `order-1/Step${offset}`))
      drafts.push(committed(drafts.length, `insert table_${offset}`))
    }
    return traceOf(...drafts, ...tail)
  }

  test('is folded where both runs are alike, up to a few steps before they part', () => {
    const ladder = ladderOf(many(20, [delivered(99, LABEL, true)]), many(20, []))
    expect(textsOf(ladder)[0]).toBe('… 35 | 35')
    expect(textsOf(ladder).at(-1)).toBe('> ↻ OrderPlaced | ')
    expect(ladder.rows).toHaveLength(1 + 5 + 1)
  })

  test('never takes more rows than there may be, and keeps its end', () => {
    const ladder = ladderOf(many(60, [delivered(99, LABEL, true)]))
    expect(ladder.rows.length).toBeLessThanOrEqual(24)
    expect(textsOf(ladder).at(-1)).toBe('↻ OrderPlaced | ')
  })

  test('that goes round in circles shows one round and counts the others', () => {
    const drafts: Drafts = [published]
    for (let round = 0; round < 9; round++) {
      drafts.push(delivered(0, LABEL, round > 0), {
        ...handled(drafts.length + 1, 0, LABEL),
        ok: false,
        error: 'Error: no',
      })
    }
    expect(textsOf(ladderOf(traceOf(...drafts)))).toEqual([
      '● OrderPlaced | ',
      'OrderPlaced | ',
      '✗ no | ',
      '↻ OrderPlaced | ',
      '… and so on, 7 more times | ',
      '✗ no | ',
    ])
  })
})

test('where too many take part, whoever suffers a fault or acts differently keeps a lane', () => {
  const services = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const work = services.map(process => ({ ...delivered(0, LABEL), process, group: process }))
  const crash = { kind: 'process.crash' as const, incarnation: 1, reason: 'crash', site: 'x', process: 'f' }
  const ladder = ladderOf(
    traceOf(...work, crash, { ...delivered(0, LABEL, true), process: 'd', group: 'd' }),
    traceOf(...work),
  )
  expect(ladder.lanes).toHaveLength(6)
  expect(ladder.lanes).toEqual(expect.arrayContaining(['Kafka', 'd', 'f']))
})

test('two equal runs part nowhere', () => {
  const ladder = ladderOf(traceOf(...once), traceOf(...once))
  expect(ladder.parting).toBeUndefined()
  expect(ladder.rows.every(row => row.kind === 'fold' || (row.isSame && !row.isParting))).toBe(true)
})

test('a ladder is plain data', () => {
  const ladder = ladderOf(traceOf(...once), traceOf(...once))
  expect(JSON.parse(JSON.stringify(ladder))).toEqual(ladder)
})
