import { describe, expect, it } from 'vitest'
import { appended } from '#simulator/trace/trace-of.ts'
import { runOf } from '../axis/run-of.ts'
import { diagramOf } from './diagram-text.ts'

const committed = (t: number) => ({
  kind: 'db.commit' as const,
  t,
  process: 'relay',
  cause: 1,
  database: 'orders',
  writes: ['delete outbox'],
  changes: 1,
})

describe('the diagram of a subject', () => {
  const run = runOf(
    appended('order.events', 0, { t: 0 }),
    committed(5),
    appended('order.events', 1, { t: 9 }),
  )

  it('knows when each of its arrows happened', () => {
    const { arrows, mermaid } = diagramOf(run, 'order-1', { commits: true })
    expect(arrows).toEqual([1, 2, 3])
    expect(mermaid.match(/->>/g)).toHaveLength(3)
  })

  it('leaves commits out unless asked', () => {
    expect(diagramOf(run, 'order-1', { commits: false }).arrows).toEqual([1, 3])
  })

  it('ends after so many arrows with a note of how many are left', () => {
    const many = runOf(...Array.from({ length: 150 }, (_, offset) => appended('order.events', offset)))
    const { arrows, notes, mermaid } = diagramOf(many, 'order-1', { commits: false })
    expect(arrows).toHaveLength(120)
    expect(notes).toEqual([121])
    expect(mermaid).toMatch(/… and 30 more/)
  })
})
