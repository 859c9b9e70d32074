/**
 * Services in the flow: how each is, what it is behind with, and the database beneath.
 */
import {
  IconAlertOctagon,
  IconBan,
  IconBolt,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconDatabase,
  IconLoader2,
  IconPlayerPauseFilled,
  IconSquareX,
} from '@tabler/icons-react'
import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import classes from './flow.module.css'
import type { ServiceNode } from './flow-graph.ts'
import { Ports } from './flow-ports.tsx'
import type { FlowState, Health } from './flow-state.ts'
import { lagOf } from './flow-state-kafka.ts'
import { useFlow } from './flow-store.ts'

const HEALTH_ICONS: Readonly<Record<Health, typeof IconBan>> = {
  waiting: IconCircleDashed,
  starting: IconLoader2,
  up: IconCircleCheckFilled,
  frozen: IconPlayerPauseFilled,
  down: IconSquareX,
  'given up': IconAlertOctagon,
  stopped: IconBan,
}

export const ServiceBox = memo(function ServiceBox({ data }: NodeProps) {
  const node = data.node as ServiceNode
  return (
    <div className={classes.box}>
      <Ports />
      {node.services.map(name => (
        <ServiceRow key={name} name={name} />
      ))}
      {node.database !== undefined && <DatabaseRow name={node.database} />}
      <Badges node={node} />
    </div>
  )
})

function ServiceRow({ name }: { name: string }) {
  const process = useFlow(({ processes }) => processes[name])
  const second = useFlow(({ processes }) => processes[`${name}-2`]?.health)
  const fault = useFlow(({ windows }) => windows.find(window => window.endsWith(` ${name}`)))
  const health = process?.health ?? 'waiting'
  const Icon = HEALTH_ICONS[health]
  return (
    <div className={classes.service} data-health={health}>
      <Icon size={17} aria-label={health} className={classes.health} />
      <span className={classes.name}>{name}</span>
      {fault !== undefined && <IconBolt size={15} className={classes.bolt} aria-label={`fault ${fault}`} />}
      {process !== undefined && process.incarnation > 1 && (
        <span className={classes.count} title={`started ${process.incarnation} times`}>
          ↻{process.incarnation - 1}
        </span>
      )}
      {second === 'up' && <span className={classes.count}>×2</span>}
    </div>
  )
}

function DatabaseRow({ name }: { name: string }) {
  const database = useFlow(({ databases }) => databases[name])
  return (
    <div className={classes.database} title={database?.lastWrites.join(', ')}>
      <IconDatabase size={13} aria-hidden />
      <span className={classes.databaseName}>{name}</span>
      <span className={classes.count} title="commits">
        {database?.commits ?? 0}
      </span>
    </div>
  )
}

function Badges({ node }: { node: ServiceNode }) {
  const lag = useFlow(state => totalLag(state, node.services))
  return (
    <div className={classes.badges}>
      {lag > 0 && <span className={classes.lag}>{lag} behind</span>}
      {node.sideTopics.map(topic => (
        <SideTopic key={topic} topic={topic} />
      ))}
    </div>
  )
}

function SideTopic({ topic }: { topic: string }) {
  const messages = useFlow(({ topics }) => (topics[topic] ?? []).reduce((sum, { end }) => sum + end, 0))
  if (messages === 0) return null
  return (
    <span className={classes.side} title={topic}>
      {messages} {topic.split('.')[0]}
    </span>
  )
}

/** Groups are named after their services here, or are led by their processes. */
function totalLag({ topics, groups }: FlowState, services: readonly string[]): number {
  let lag = 0
  for (const [group, { members }] of Object.entries(groups)) {
    const isOwn =
      services.includes(group) ||
      members.some(({ process }) => services.includes(process.replace(/-\d+$/, '')))
    if (isOwn) for (const topic of Object.values(topics)) lag += lagOf(topic, group) ?? 0
  }
  return lag
}
