/**
 * An edge of the flow, along the way that was laid out for it.
 */
import { BaseEdge, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import classes from './flow.module.css'

export const RouteEdge = memo(function RouteEdge({ id, data, markerEnd }: EdgeProps) {
  return (
    <BaseEdge
      id={id}
      path={data?.path as string}
      className={[classes.edge, classes[data?.kind as string], classes[data?.light as string]].join(' ')}
      {...(markerEnd === undefined ? {} : { markerEnd })}
    />
  )
})
