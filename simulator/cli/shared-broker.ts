/**
 * The real broker that processes of the shop share, with topics that belong to the databases in their folder.
 */
import { connectToBroker, type LiveCluster } from '#simulator/live/cluster.ts'
import { deleteGroups, deleteTopics, refuseUsedTopics } from '#simulator/live/field/broker-room.ts'
import type { Log } from '#simulator/live/logs.ts'
import type { StateFolder } from '#simulator/live/state-folder.ts'
import type { Shop } from '#simulator/shop/shop.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface SharedBrokerOptions {
  readonly address: string
  readonly state: StateFolder
  readonly topics: Shop['topics']
  readonly groups: readonly string[]
  readonly log: Log
  /**
   * To begin anew: deletes the databases. The topics and the groups' positions are deleted with them, as they would tell of orders
   * that nobody knows. Not called when somebody else is at work there.
   */
  readonly clearState?: () => void
}

/** @throws WorkbenchError `topics-in-use`, `groups-in-use`, and what `connectToBroker` throws */
export async function openSharedBroker(options: SharedBrokerOptions): Promise<LiveCluster> {
  const { address, state, topics, groups, log, clearState } = options
  const { admin, close } = await connectToBroker(address, [], log)
  try {
    if (clearState !== undefined) {
      await refuseMembers(admin, groups, address)
      clearState()
      await deleteTopics(admin, topics)
      await deleteGroups(admin, groups)
    } else if (state.boundTo() === undefined) {
      await refuseUsedTopics(admin, topics, address).catch(error => {
        // Unless they were filled by a process that has started from the same folder in the meantime.
        if (state.boundTo() === undefined) throw error
      })
    }
  } finally {
    await close()
  }
  return connectToBroker(address, topics, log)
}

async function refuseMembers(
  admin: LiveCluster['admin'],
  groups: readonly string[],
  address: string,
): Promise<void> {
  const described = await admin.describeGroups([...groups])
  const used = described.groups.find(({ members }) => members.length > 0)
  if (used === undefined) return
  throw new WorkbenchError(
    'groups-in-use',
    `Somebody reads from the broker at ${address} as ${used.groupId}: another process of the shop runs, or was killed less than 30 s ago.`,
    'Stop it, or wait until its session has expired, and ask again.',
  )
}
