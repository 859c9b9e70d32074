import { describe, expect, test } from 'vitest'
import { nameOf, pathOf, resolveLink } from './links.ts'

const FILES = [
  'README.md',
  'docs/faults.md',
  'diagrams/order-lifecycle.mmd',
  'exercises/12-idempotent-consumer/README.md',
  'exercises/13-out-of-order/README.md',
  'solutions/12-idempotent-consumer/README.md',
  'solutions/18-choreography/README.md',
  'solutions/18-choreography/inventory.ts',
]
const library = { has: (path: string) => FILES.includes(path) }
const TASK = 'exercises/12-idempotent-consumer/README.md'

describe('a link leads', () => {
  test.each([
    ['another exercise', '../13-out-of-order/README.md', '/learn/13-out-of-order', ''],
    ['another exercise’s folder', '../13-out-of-order/', '/learn/13-out-of-order', ''],
    [
      'the model answer',
      '../../solutions/12-idempotent-consumer/README.md',
      '/learn/12-idempotent-consumer',
      'show=solution',
    ],
    [
      'a service that answers no exercise',
      '../../solutions/18-choreography',
      '/docs/solutions/18-choreography/README',
      '',
    ],
    [
      'code',
      '../../solutions/18-choreography/inventory.ts',
      '/docs/solutions/18-choreography/inventory.ts',
      '',
    ],
    ['a heading of a chapter', '../../docs/faults.md#slow', '/docs/faults', 'at=slow'],
    ['a diagram', '../../diagrams/order-lifecycle.mmd', '/docs/diagrams/order-lifecycle', ''],
    ['the overview', '../../README.md', '/docs/README', ''],
  ])('to %s', (_, href, path, query) => {
    expect(resolveLink(TASK, href, library)).toEqual({ kind: 'place', path, query })
  })

  test('out of the page, and to a heading of the same text', () => {
    expect(resolveLink(TASK, 'https://example.org/x', library)).toEqual({
      kind: 'outside',
      href: 'https://example.org/x',
    })
    expect(resolveLink(TASK, '#how-to-check', library)).toEqual({ kind: 'heading', id: 'how-to-check' })
  })

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    '//example.org',
    '../nothing.md',
    '%',
    '',
  ])('nowhere: %j', href => {
    expect(resolveLink(TASK, href, library)).toEqual({ kind: 'nowhere' })
  })
})

test.each(FILES.filter(path => !path.startsWith('exercises/')))(
  '%s has a name that leads back to it',
  path => {
    expect(pathOf(nameOf(path), library)).toBe(path)
  },
)
