/**
 * The sequence diagram of a subject as Mermaid text, and when each of its arrows and notes happened.
 */
import { figureOf } from '#simulator/trace/figure.ts'
import { sequenceDiagram } from '#simulator/trace/sequence-diagram.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { concernOf } from './subjects.ts'

export interface DiagramText {
  readonly mermaid: string
  /** `seq` of the record behind each arrow, from top to bottom. */
  readonly arrows: readonly number[]
  readonly notes: readonly number[]
}

/** More cannot be followed, and takes Mermaid long to lay out. */
const MAX_ARROWS = 120

export interface DiagramOptions {
  /** Whether what services commit to their own databases is drawn; what is undone or fails there always is. */
  readonly commits: boolean
}

export function diagramOf(run: RunResult, subject: string, { commits }: DiagramOptions): DiagramText {
  const all = concernOf(run, subject).records
  const records = commits ? all : all.filter(({ kind }) => kind !== 'db.commit')
  const arrows: number[] = []
  const notes: number[] = []
  for (const record of records) {
    const figure = figureOf(record, { subject })
    if (figure === undefined) continue
    if (figure.shape === 'note') {
      notes.push(record.seq)
    } else if (arrows.length < MAX_ARROWS) {
      arrows.push(record.seq)
    } else {
      // The note that says how many more there are; none of a later record is drawn.
      notes.push(record.seq)
      break
    }
  }
  return { mermaid: sequenceDiagram(records, { subject, maxArrows: MAX_ARROWS }), arrows, notes }
}
