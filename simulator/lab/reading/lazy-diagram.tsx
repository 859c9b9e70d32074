/**
 * A diagram whose code is loaded when it is first shown.
 */
import { lazy, Suspense } from 'react'
import classes from './diagram.module.css'

const Diagram = lazy(() => import('./diagram.tsx').then(module => ({ default: module.Diagram })))

export function LazyDiagram(props: { source: string; title: string }) {
  return (
    <Suspense fallback={<div className={classes.waiting}>Drawing…</div>}>
      <Diagram {...props} />
    </Suspense>
  )
}
