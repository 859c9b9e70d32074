/**
 * What can be looked at besides the flow: messages, tables, stories, diagrams, guarantees.
 */
import type { LabView } from './lab-view.ts'

export function SidePanels({ view }: { view: LabView }) {
  return <output>{view.run.records.length}</output>
}
