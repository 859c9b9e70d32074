/**
 * One consumer group: its members, its generation and how far it has been handed messages.
 */
import kafkajs from 'kafkajs'
import type { ProcessHandle, Reply, Scheduled } from '#simulator/world/runtime.ts'
import type { ClientLink } from './client-link.ts'
import type { PartitionLog } from './partition-log.ts'
import type { GroupMemberRecord, GroupState } from './records.ts'

export interface GroupProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinResponse {
  throttleTime: 0
  errorCode: 0
  generationId: number
  groupProtocol: string
  leaderId: string
  memberId: string
  /** Only the leader is told the members. */
  members: { memberId: string; memberMetadata: Buffer }[]
}

export interface SyncResponse {
  throttleTime: 0
  errorCode: 0
  memberAssignment: Buffer
}

export interface Member {
  readonly id: string
  readonly link: ClientLink
  readonly process: ProcessHandle | undefined
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: readonly GroupProtocol[]
  assignment: Buffer
  lastSeenMs: number
  sessionTimer: Scheduled | undefined
  /** True when it may be gone: then the end of its session is awaited and not idled towards. */
  suspect: boolean
  /** True when its connection was lost and nothing has been heard of it since. */
  cutOff: boolean
  /** Set while it waits for the others to join. */
  joining: Reply<JoinResponse> | undefined
  /** Set while it waits for the leader's assignment. */
  syncing: Reply<SyncResponse> | undefined
}

export const NO_ASSIGNMENT = Buffer.alloc(0)

export class Group {
  state: GroupState = 'Empty'
  generation = 0
  protocol = ''
  leaderId = ''
  readonly members = new Map<string, Member>()
  rebalanceTimer: Scheduled | undefined
  /** True while its first rebalance waits for more members: Kafka's `group.initial.rebalance.delay.ms`. */
  gathering = false
  /** Who wants to know when it is Stable or Empty again. */
  readonly whenSettled: (() => void)[] = []
  /** The highest offset handed to a handler, by partition, to tell redeliveries. */
  readonly delivered = new Map<PartitionLog, number>()

  constructor(readonly id: string) {}

  get everybodyJoins(): boolean {
    for (const member of this.members.values()) if (member.joining === undefined) return false
    return true
  }

  /** Whether a newcomer shares an assignment strategy with everybody. */
  supports(protocols: readonly GroupProtocol[]): boolean {
    if (protocols.length === 0) return false
    return this.members.size === 0 || protocols.some(({ name }) => everyMember(this, name))
  }

  /** The strategy all support and most prefer, as Kafka votes; the leader's preference decides a tie. */
  chooseProtocol(): string {
    const votes = new Map<string, number>()
    const leader = this.members.get(this.leaderId)
    for (const { name } of leader?.protocols ?? []) if (everyMember(this, name)) votes.set(name, 0)
    for (const member of this.members.values()) {
      const choice = member.protocols.find(({ name }) => votes.has(name))
      if (choice !== undefined) votes.set(choice.name, votes.get(choice.name)! + 1)
    }
    let best = ''
    for (const [name, count] of votes) if (best === '' || count > votes.get(best)!) best = name
    return best
  }

  joinResponse(member: Member): JoinResponse {
    const isLeader = member.id === this.leaderId
    return {
      throttleTime: 0,
      errorCode: 0,
      generationId: this.generation,
      groupProtocol: this.protocol,
      leaderId: this.leaderId,
      memberId: member.id,
      members: isLeader
        ? [...this.members.values()].map(other => ({
            memberId: other.id,
            memberMetadata: metadataOf(other, this.protocol),
          }))
        : [],
    }
  }

  memberRecords(): GroupMemberRecord[] {
    return [...this.members.values()].map(member => ({
      member: member.id,
      process: member.process?.name ?? 'outside',
      partitions: this.state === 'Stable' ? assignedPartitions(member.assignment) : [],
    }))
  }
}

export function metadataOf(member: Member, protocol: string): Buffer {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? NO_ASSIGNMENT
}

export function sameProtocols(left: readonly GroupProtocol[], right: readonly GroupProtocol[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => {
      const other = right[index]!
      return name === other.name && metadata.equals(other.metadata)
    })
  )
}

function everyMember(group: Group, protocol: string): boolean {
  for (const member of group.members.values()) {
    if (!member.protocols.some(({ name }) => name === protocol)) return false
  }
  return true
}

/** What assignments say, by their bytes: a record names them, and the same few come in every one of an explorer's runs. */
const remembered = new Map<string, readonly string[]>()
const MAX_REMEMBERED = 1_000
const MAX_REMEMBERED_LENGTH = 2_000

function assignedPartitions(assignment: Buffer): readonly string[] {
  if (assignment.length > MAX_REMEMBERED_LENGTH) return decodePartitions(assignment)
  const bytes = assignment.toString('latin1')
  let partitions = remembered.get(bytes)
  if (partitions === undefined) {
    partitions = decodePartitions(assignment)
    if (remembered.size < MAX_REMEMBERED) remembered.set(bytes, partitions)
  }
  return partitions
}

function decodePartitions(assignment: Buffer): string[] {
  const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(assignment)
  if (decoded === null) return []
  return Object.entries(decoded.assignment).flatMap(([topic, partitions]) =>
    partitions.map(partition => `${topic}/${partition}`),
  )
}
