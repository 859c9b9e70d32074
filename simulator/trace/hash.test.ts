import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { fold } from './fold.ts'
import { createNativeTraceHash, createPortableTraceHash, ndjsonLine, traceHash } from './hash.ts'

const trace: TraceRecord[] = [
  { seq: 1, t: 0, process: 'orders', cause: 0, kind: 'process.start' },
  { seq: 2, t: 12.5, process: 'wörld 😀', cause: 1, kind: 'heal' },
]

describe('the trace hash', () => {
  test('is what sha256sum prints for the NDJSON file', () => {
    const file = trace.map(ndjsonLine).join('')
    expect(file).toBe(
      '{"seq":1,"t":0,"process":"orders","cause":0,"kind":"process.start"}\n' +
        '{"seq":2,"t":12.5,"process":"wörld 😀","cause":1,"kind":"heal"}\n',
    )
    const expected = createHash('sha256').update(Buffer.from(file, 'utf8')).digest('hex')
    expect(fold(traceHash, trace).digest()).toBe(expected)
  })

  test('can be asked in between', () => {
    const half = traceHash.apply(traceHash.initial(), trace[0]!)
    const first = half.digest()
    expect(half.digest()).toBe(first)
    expect(traceHash.apply(half, trace[1]!).digest()).toBe(fold(traceHash, trace).digest())
    expect(first).toBe(fold(traceHash, trace.slice(0, 1)).digest())
  })

  test('is the same with and without the platform’s own SHA-256', () => {
    const process = fc.string({ unit: 'binary', maxLength: 100 })
    fc.assert(
      // Long enough for several flushes, and with text of every kind across their borders.
      fc.property(fc.array(process), fc.constantFrom(1, 7, 1_000), (names, times) => {
        const hashes = [createNativeTraceHash()!, createPortableTraceHash()]
        for (const name of names)
          for (const hash of hashes)
            hash.update({ seq: 1, t: 0, process: name.repeat(times), cause: 0, kind: 'heal' })
        expect(hashes[0]!.digest()).toBe(hashes[1]!.digest())
      }),
      { numRuns: 50 },
    )
  })
})
