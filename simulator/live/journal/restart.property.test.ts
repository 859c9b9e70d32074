import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { createCluster } from '#simulator/kafka/cluster.ts'
import { contentOf, killed, newFile, open, tidy } from './testing/journals.ts'
import { KINDS, Operator, operations } from './testing/operations.ts'

afterEach(tidy)

test('whatever was done to it, a cluster restored from its journal is the same', async () => {
  const done = new Set<string>()
  const property = fc.asyncProperty(operations, async asked => {
    const file = newFile()
    const cluster = createCluster({ topics: [{ topic: 'a', partitions: 2 }], journal: open(file) })
    const operator = await Operator.connect(cluster)
    for (const one of asked) {
      await operator.carryOut(one).then(
        () => done.add(one.do),
        () => {},
      )
    }
    const copy = killed(file)
    const hadOpen = operator.open.size > 0
    // What the restart does to open transactions, done by those who began them.
    for (const transaction of operator.open.values()) await transaction.abort().catch(() => {})
    const before = contentOf(cluster)
    const after = contentOf(createCluster({ journal: open(copy) }))
    expect(withoutHigh(after)).toEqual(withoutHigh(before))
    // A partition whose part of an open transaction was deleted again gets no marker from a restart.
    if (!hadOpen) expect(after).toEqual(before)
    expect(contentOf(createCluster({ journal: open(killed(copy)) }))).toEqual(after)
    tidy()
  })
  await fc.assert(property, { numRuns: 100 })
  // Otherwise the property says less than it seems to.
  expect([...done].sort()).toEqual([...KINDS].sort())
})

function withoutHigh({ topics, offsets }: ReturnType<typeof contentOf>) {
  return { topics: topics.map(({ high: _, ...topic }) => topic), offsets }
}
