import { expect, test } from 'vitest'
import { contentsOf } from './contents.ts'

test('texts stand in groups by what they are, and answers to exercises are not offered', () => {
  const paths = [
    'README.md',
    'diagrams/order-lifecycle.mmd',
    'docs/01-first-steps.md',
    'docs/failure-table.md',
    'exercises/12-idempotent-consumer/README.md',
    'simulator/shop/gateway.ts',
    'solutions/12-idempotent-consumer/README.md',
    'solutions/18-choreography/README.md',
  ]
  const library = { has: (path: string) => paths.includes(path) }
  const groups = contentsOf(paths, library).map(({ title, entries }) => [
    title,
    entries.map(entry => `${entry.title} ${entry.place.path}`),
  ])
  expect(Object.fromEntries(groups)).toEqual({
    Read: [
      'Overview /docs/README',
      '01 First steps /docs/01-first-steps',
      'Failure table /docs/failure-table',
    ],
    Diagrams: ['Order lifecycle /docs/diagrams/order-lifecycle'],
    Exercises: ['12 idempotent consumer /learn/12-idempotent-consumer'],
    'Further services of the shop': ['18 choreography /docs/solutions/18-choreography/README'],
  })
})
