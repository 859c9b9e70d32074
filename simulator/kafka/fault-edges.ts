/**
 * What happens to the cluster when a fault begins, and when a process dies.
 */
import type { Fault } from '#simulator/world/runtime.ts'
import type { Broker } from './broker.ts'
import type { Connection } from './connection.ts'

export function listenForFaults(broker: Broker): void {
  broker.runtime.onFaultEdge((fault, edge) => {
    if (edge === 'begin') begin(broker, fault)
  })
  // Its connections close; its members stay in their groups until their sessions expire, as in Kafka.
  broker.runtime.onDeath(process => {
    for (const link of broker.links) {
      if (link.options.process !== process) continue
      broker.fetches.drop(link)
      broker.links.delete(link)
    }
    for (const connection of broker.connections) {
      if (connection.link.options.process === process) broker.connections.delete(connection)
    }
  })
}

function begin(broker: Broker, fault: Fault): void {
  const { kind, service } = fault
  if (kind === 'broker-down') breakConnections(broker, () => true)
  else if (kind === 'disconnected') breakConnections(broker, ({ link }) => link.process?.service === service)
  else if (kind === 'pause') broker.groups.suspect(({ process }) => process?.service === service)
  else if (kind === 'rebalance') rebalance(broker, service)
  else if (kind === 'retention') deleteOldRecords(broker, service, fault.by ?? 0)
}

function breakConnections(broker: Broker, isStruck: (connection: Connection) => boolean): void {
  for (const connection of [...broker.connections]) {
    if (!isStruck(connection)) continue
    const { link } = connection
    broker.fetches.drop(link)
    broker.groups.cutOff(member => member.link === link)
    connection.break()
  }
}

/** A group by its id, or every group a service is in. */
function rebalance(broker: Broker, name: string | undefined): void {
  for (const group of broker.groups.groups) {
    const isMember = [...group.members.values()].some(({ process }) => process?.service === name)
    if (group.id === name || isMember) broker.groups.forceRebalance(group.id)
  }
}

/** Retention overtakes the readers: whatever is older than `olderThanMs` is gone. */
function deleteOldRecords(broker: Broker, topic: string | undefined, olderThanMs: number): void {
  const logs = topic === undefined ? [] : (broker.topics.get(topic)?.partitions ?? [])
  for (const log of logs) {
    const before = broker.runtime.now() - olderThanMs
    broker.retention.deleteBefore(log, olderThanMs === 0 ? log.high : log.firstNotBefore(before))
  }
  broker.fetches.wake(logs)
}
