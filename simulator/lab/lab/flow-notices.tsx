/**
 * Which faults are going on at the moment, above the flow.
 */
import { IconBolt } from '@tabler/icons-react'
import { Panel } from '@xyflow/react'
import classes from './flow.module.css'
import { useFlow } from './flow-store.ts'

export function FlowNotices() {
  const windows = useFlow(state => state.windows)
  return (
    <Panel position="top-left" className={classes.notices!}>
      {windows.map(window => (
        <span key={window}>
          <IconBolt size={14} aria-hidden />
          {window.trim().replace(' ', ': ')}
        </span>
      ))}
    </Panel>
  )
}
