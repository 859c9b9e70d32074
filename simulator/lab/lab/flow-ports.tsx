/**
 * Where edges touch a node. The ways are laid out beforehand, so the ports are only there for the library.
 */
import { Handle, Position } from '@xyflow/react'
import classes from './flow.module.css'

export function Ports() {
  return (
    <>
      <Handle type="target" position={Position.Left} className={classes.port!} isConnectable={false} />
      <Handle type="source" position={Position.Right} className={classes.port!} isConnectable={false} />
    </>
  )
}
