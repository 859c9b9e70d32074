import { describe, expect, it } from 'vitest'
import { ProducerSequence } from './producer-sequence.ts'

/** Appends batches of the given sizes, one after the other, in epoch 0. */
function appended(...sizes: number[]): ProducerSequence {
  const sequence = new ProducerSequence()
  let next = 0
  for (const size of sizes) {
    sequence.appended(0, next, size, 100 + next)
    next += size
  }
  return sequence
}

describe('the sequence of an idempotent producer', () => {
  it('takes the batch that comes next', () => {
    expect(appended(2, 3).check(0, 5, 1)).toBeUndefined()
  })

  it('knows a batch that was appended before, and where', () => {
    expect(appended(2, 3).check(0, 2, 3)).toBe(102)
  })

  it('refuses a gap, and a batch that only begins like one before', () => {
    expect(() => appended(2, 3).check(0, 6, 1)).toThrow(
      expect.objectContaining({ type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    expect(() => appended(2, 3).check(0, 2, 1)).toThrow(
      expect.objectContaining({ type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
  })

  it('remembers five batches', () => {
    const sequence = appended(1, 1, 1, 1, 1, 1)
    expect(sequence.check(0, 1, 1)).toBe(101)
    expect(() => sequence.check(0, 0, 1)).toThrow(
      expect.objectContaining({ type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
  })

  it('starts again at 0 in a new epoch and refuses the old one', () => {
    const sequence = appended(2)
    expect(() => sequence.check(1, 2, 1)).toThrow(
      expect.objectContaining({ type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }),
    )
    expect(sequence.check(1, 0, 1)).toBeUndefined()
    sequence.fence(1)
    expect(() => sequence.check(0, 2, 1)).toThrow(expect.objectContaining({ type: 'INVALID_PRODUCER_EPOCH' }))
  })

  it('takes any start from a producer of which nothing is known', () => {
    expect(new ProducerSequence().check(3, 17, 1)).toBeUndefined()
  })
})
