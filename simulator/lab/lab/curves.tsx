/**
 * Lag and drift as curves over time.
 */
import type { LabView } from './lab-view.ts'

export function Curves({ view }: { view: LabView }) {
  return <output>{view.run.virtualMs}</output>
}
