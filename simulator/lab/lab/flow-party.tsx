/**
 * Who stands outside: a provider that is called, or the shopper who starts it all.
 */
import { IconBolt, IconBuildingStore, IconUser } from '@tabler/icons-react'
import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import classes from './flow.module.css'
import type { PartyNode } from './flow-graph.ts'
import { Ports } from './flow-ports.tsx'
import { useFlow } from './flow-store.ts'

export const PartyBox = memo(function PartyBox({ data }: NodeProps) {
  const { name, isClient } = data.node as PartyNode
  const party = useFlow(({ parties }) => parties[name])
  const fault = useFlow(({ windows }) => windows.find(window => window.endsWith(` ${name}`)))
  const Icon = isClient ? IconUser : IconBuildingStore
  return (
    <div className={classes.party} data-down={fault !== undefined || undefined}>
      <Ports />
      <Icon size={16} aria-hidden />
      <span className={classes.partyName}>{name}</span>
      {fault !== undefined && <IconBolt size={15} className={classes.bolt} aria-label={`fault ${fault}`} />}
      {!isClient && (
        <span className={classes.count} title={party?.lastAction ?? 'has done nothing yet'}>
          {party?.actions ?? 0}
        </span>
      )}
    </div>
  )
})
