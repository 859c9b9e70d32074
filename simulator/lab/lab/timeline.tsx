/**
 * The timeline: where faults are painted, moved and resized, and the moment is scrubbed.
 */
import type { LabView } from './lab-view.ts'

export function Timeline({ view }: { view: LabView }) {
  return <output>{view.seq}</output>
}
