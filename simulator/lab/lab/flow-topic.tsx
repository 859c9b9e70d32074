/**
 * A topic in the flow: a lane for each partition with its last offsets, and where each group has got to.
 */
import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import classes from './flow.module.css'
import { useFlowActions } from './flow-actions.ts'
import type { TopicNode } from './flow-graph.ts'
import { Ports } from './flow-ports.tsx'
import type { PartitionState } from './flow-state.ts'
import { TAIL_LENGTH } from './flow-state-kafka.ts'
import { useFlow } from './flow-store.ts'

export const TopicBox = memo(function TopicBox({ data }: NodeProps) {
  const { topic, partitions } = data.node as TopicNode
  const total = useFlow(({ topics }) => (topics[topic] ?? []).reduce((sum, { end }) => sum + end, 0))
  return (
    <div className={classes.topic}>
      <Ports />
      <div className={classes.topicHead}>
        <span className={classes.name}>{topic}</span>
        <span className={classes.count} title="messages">
          {total}
        </span>
      </div>
      {Array.from({ length: partitions }, (_, partition) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a partition is its number
        <Lane key={partition} topic={topic} partition={partition} />
      ))}
    </div>
  )
})

const NOTHING: PartitionState = { end: 0, low: 0, tail: [], committed: {} }

function Lane({ topic, partition }: { topic: string; partition: number }) {
  const state = useFlow(({ topics }) => topics[topic]?.[partition]) ?? NOTHING
  const { select } = useFlowActions()
  const { end, tail, committed } = state
  const first = Math.max(0, end - TAIL_LENGTH)
  const positions = Object.entries(committed)
  const slowest = Math.min(end, ...positions.map(([, position]) => position))
  return (
    <div className={classes.lane}>
      <span className={classes.laneName}>{partition}</span>
      <div className={classes.cells}>
        {tail.map(({ offset, label, key }) => (
          <button
            key={offset}
            type="button"
            tabIndex={-1}
            className={`${classes.cell} nodrag nopan`}
            data-unread={offset >= slowest || undefined}
            title={`${topic}/${partition}@${offset} ${label}`}
            onClick={() => select(key ?? label)}
          >
            {offset}
          </button>
        ))}
        {positions.map(([group, position], index) => (
          <span
            key={group}
            className={classes.position}
            data-group={index % GROUP_COLOURS}
            data-behind={position < first || undefined}
            title={`${group} has committed ${position}${position < end ? `, ${end - position} behind` : ''}`}
            style={{ insetInlineStart: leftOf(position - first, index) }}
          />
        ))}
      </div>
    </div>
  )
}

const GROUP_COLOURS = 6
const CELL_WIDTH = 28

/** Groups at one position stand side by side. */
function leftOf(cells: number, index: number): number {
  return Math.max(0, Math.min(TAIL_LENGTH, cells)) * CELL_WIDTH - 2 + ((index % 3) - 1) * 3
}
