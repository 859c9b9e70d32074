/**
 * How far consumer groups are behind, asked of the broker as an operator's tool asks: by committed offsets.
 */

import type { Admin } from 'kafkajs'
import { AssignerProtocol } from 'kafkajs'
import type { PartitionLag } from '#simulator/kafka/inspection.ts'

export interface GroupLag {
  readonly group: string
  /** Members the coordinator knows; one that was killed is among them until its session expires. */
  readonly members: number
  /** All partitions of the topics in which the group has a position or a member: also one that it has yet to begin. */
  readonly partitions: readonly Omit<PartitionLag, 'ageMs'>[]
}

/**
 * @param admin connected
 * @param groups in which order to answer; a group that does not exist yet has no members and no partitions
 */
export async function readGroupLag(admin: Admin, groups: readonly string[]): Promise<GroupLag[]> {
  const described = await admin.describeGroups([...groups])
  const answers: GroupLag[] = []
  const ends = new Map<string, Promise<{ partition: number; high: string; low: string }[]>>()
  for (const group of groups) {
    const members = described.groups.find(({ groupId }) => groupId === group)?.members ?? []
    const committed = await admin.fetchOffsets({ groupId: group })
    const topics = new Set(committed.map(({ topic }) => topic))
    for (const { memberAssignment } of members) {
      const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment
      for (const topic of Object.keys(assignment ?? {})) topics.add(topic)
    }
    const partitions: Omit<PartitionLag, 'ageMs'>[] = []
    for (const topic of [...topics].sort()) {
      if (!ends.has(topic)) ends.set(topic, admin.fetchTopicOffsets(topic))
      const positions = committed.find(entry => entry.topic === topic)?.partitions ?? []
      for (const { partition, high, low } of await ends.get(topic)!) {
        const position = Number(positions.find(entry => entry.partition === partition)?.offset ?? -1)
        const next = Math.max(position, Number(low))
        partitions.push({ topic, partition, messages: Math.max(0, Number(high) - next) })
      }
    }
    partitions.sort(
      (left, right) => left.topic.localeCompare(right.topic) || left.partition - right.partition,
    )
    answers.push({ group, members: members.length, partitions })
  }
  return answers
}
