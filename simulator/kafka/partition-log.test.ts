import { describe, expect, it } from 'vitest'
import { PartitionLog } from './partition-log.ts'
import { controlMarker, storeMessage } from './stored-message.ts'

function message(value: string, timestamp = 0) {
  return storeMessage({ value, timestamp: String(timestamp) }, value, 0)
}

function logWith(...values: string[]): PartitionLog {
  const log = new PartitionLog('t', 0, 1)
  for (const [index, value] of values.entries()) log.append([message(value, index * 1000)])
  return log
}

const valuesFrom = (log: PartitionLog, from: number, maxBytes = 1_000_000) =>
  log.read(from, log.high, maxBytes).messages.map(({ offset, value }) => `${offset}:${value}`)

describe('a partition', () => {
  it('keeps offsets when its beginning is deleted, bit by bit', () => {
    const log = logWith('a', 'b', 'c', 'd', 'e')
    expect([log.deleteBefore(1), log.deleteBefore(3), log.deleteBefore(2)]).toEqual([1, 2, 0])
    expect([log.low, log.high]).toEqual([3, 5])
    expect(valuesFrom(log, 3)).toEqual(['3:d', '4:e'])
    expect([log.at(2), log.at(3)!.label]).toEqual([undefined, 'd'])
    expect(log.append([message('f')])).toBe(5)
    expect([log.deleteBefore(99), log.low, log.high]).toEqual([3, 6, 6])
  })

  it('reads as much as fits, but at least one message', () => {
    const log = logWith('x'.repeat(100), 'y'.repeat(100), 'z')
    expect(log.read(0, log.high, 1).messages).toHaveLength(1)
    expect(log.read(0, log.high, 230).messages).toHaveLength(2)
    expect(log.read(3, log.high, 230).messages).toHaveLength(0)
  })

  it('finds offsets by time', () => {
    const log = logWith('a', 'b', 'c')
    expect([
      log.offsetAtTime(1_000)?.offset,
      log.offsetAtTime(1_001)?.offset,
      log.offsetAtTime(9_000),
    ]).toEqual([1, 2, undefined])
    expect(log.firstNotBefore(1_500)).toBe(2)
  })

  it('is stable up to the oldest open transaction, and lists those aborted in a range', () => {
    const log = logWith('plain')
    const write = (producerId: string) => {
      const stored = message(producerId)
      stored.origin = { producerId, transactional: true }
      log.append([stored])
    }
    write('1')
    write('2')
    expect(log.lastStable).toBe(1)
    log.endTransaction('1', controlMarker('1', 'commit', 0))
    expect(log.lastStable).toBe(2)
    log.endTransaction('2', controlMarker('2', 'abort', 0))
    expect([log.lastStable, log.high]).toEqual([5, 5])
    expect(log.abortedBetween(0, 5)).toEqual([{ producerId: '2', firstOffset: '2' }])
    expect(log.abortedBetween(0, 2)).toEqual([])
    expect(log.abortedBetween(5, 9)).toEqual([])
  })

  it('hands out copies', () => {
    const log = new PartitionLog('t', 0, 1)
    log.append([
      storeMessage(
        { key: Buffer.from('k'), value: Buffer.from('v'), headers: { h: Buffer.from('h') } },
        'l',
        0,
      ),
    ])
    const [first] = log.read(0, 1, 100).messages
    first!.key!.fill(0)
    first!.value!.fill(0)
    ;(first!.headers.h as Buffer).fill(0)
    const [second] = log.read(0, 1, 100).messages
    expect([second!.key, second!.value, second!.headers.h].map(String)).toEqual(['k', 'v', 'h'])
  })
})
