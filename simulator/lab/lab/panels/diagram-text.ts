/**
 * The sequence diagram of a subject as Mermaid text, and when each of its arrows and notes happened.
 */
import { figureOf } from '#simulator/trace/figure.ts'
import { sequenceDiagram } from '#simulator/trace/sequence-diagram.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { perRunAndName } from '../axis/per-run.ts'
import { concernOf } from './subjects.ts'

export interface DiagramText {
  readonly mermaid: string
  /** `seq` of the record behind each arrow, from top to bottom. */
  readonly arrows: readonly number[]
  readonly notes: readonly number[]
}

/** More cannot be followed, and takes Mermaid long to lay out. */
const MAX_ARROWS = 120

export const diagramOf = perRunAndName((run: RunResult, subject): DiagramText => {
  const { records } = concernOf(run, subject)
  const arrows: number[] = []
  const notes: number[] = []
  for (const record of records) {
    const figure = figureOf(record, { subject })
    if (figure === undefined) continue
    if (figure.shape === 'note') notes.push(record.seq)
    else if (arrows.push(record.seq) === MAX_ARROWS) break
  }
  return { mermaid: sequenceDiagram(records, { subject, maxArrows: MAX_ARROWS }), arrows, notes }
})
