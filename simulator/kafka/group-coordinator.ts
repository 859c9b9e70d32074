/**
 * The group coordinator: who is in a group, who reads what, and when a member counts as dead.
 *
 * Follows Kafka's classic group protocol (kafka.coordinator.group.GroupCoordinator): the same states, the same errors in
 * each of them. A group's first member does not wait for others unless `initialRebalanceDelayMs` says so.
 */
import type { Reply, Runtime } from '#simulator/world/runtime.ts'
import type { ClientLink } from './client-link.ts'
import type { Fetches } from './fetches.ts'
import {
  Group,
  type GroupProtocol,
  type JoinResponse,
  type Member,
  NO_ASSIGNMENT,
  type SyncResponse,
  sameProtocols,
} from './group.ts'
import type { Offsets, OffsetsRequest } from './offsets.ts'
import { protocolError } from './protocol-errors.ts'
import type { GroupRecord, GroupState } from './records.ts'

export interface JoinRequest {
  readonly groupId: string
  readonly sessionTimeout: number
  readonly rebalanceTimeout: number
  readonly memberId: string
  readonly groupProtocols: readonly GroupProtocol[]
}

export interface SyncRequest {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[]
}

export interface CommitRequest {
  readonly groupId: string
  readonly groupGenerationId: number
  readonly memberId: string
  readonly topics: readonly OffsetsRequest[]
}

/** Kafka's defaults for group.min.session.timeout.ms and group.max.session.timeout.ms. */
const MIN_SESSION_TIMEOUT_MS = 6_000
const MAX_SESSION_TIMEOUT_MS = 1_800_000

export class GroupCoordinator {
  readonly #groups = new Map<string, Group>()

  constructor(
    readonly runtime: Runtime,
    readonly offsets: Offsets,
    readonly fetches: Fetches,
    readonly initialRebalanceDelayMs: number,
  ) {
    runtime.onSkip(byMs => {
      for (const { group, member } of this.#everybody()) {
        // A frozen process is silent for as long as time goes by, whether anybody looks or not.
        if (member.process?.paused === true) this.#suspect(group, member)
        else member.lastSeenMs += byMs
      }
    })
    runtime.onDeath(process => this.cutOff(member => member.process === process))
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()]
  }

  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  /** Makes the group on first sight; it exists, empty, from then on. */
  groupOf(groupId: string): Group {
    let group = this.#groups.get(groupId)
    if (group === undefined) {
      group = new Group(groupId)
      this.#groups.set(groupId, group)
    }
    return group
  }

  /** @throws INVALID_GROUP_ID, INVALID_SESSION_TIMEOUT, INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID */
  join(link: ClientLink, request: JoinRequest, reply: Reply<JoinResponse>): void {
    if (request.groupId === '') throw protocolError('INVALID_GROUP_ID')
    if (request.sessionTimeout < MIN_SESSION_TIMEOUT_MS || request.sessionTimeout > MAX_SESSION_TIMEOUT_MS) {
      throw protocolError('INVALID_SESSION_TIMEOUT')
    }
    link.wanted = false
    const group = this.groupOf(request.groupId)
    if (!group.supports(request.groupProtocols)) throw protocolError('INCONSISTENT_GROUP_PROTOCOL')
    if (request.memberId === '') {
      this.#admit(group, link, request, reply)
      return
    }
    const member = this.#memberOf(group, request.memberId)
    this.#seen(group, member)
    const unchanged = sameProtocols(member.protocols, request.groupProtocols)
    const settled =
      group.state === 'CompletingRebalance' ||
      // A leader that joins again wants a new assignment, e.g. because a topic has more partitions.
      (group.state === 'Stable' && member.id !== group.leaderId)
    if (unchanged && settled) {
      reply.resolve(group.joinResponse(member))
      return
    }
    member.protocols = request.groupProtocols
    member.joining = reply
    this.#rebalance(group)
  }

  /** @throws UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS */
  sync(request: SyncRequest, reply: Reply<SyncResponse>): void {
    const { group, member } = this.#check(request.groupId, request.memberId, request.generationId)
    this.#seen(group, member)
    if (group.state === 'PreparingRebalance') throw protocolError('REBALANCE_IN_PROGRESS')
    if (group.state === 'Stable') {
      reply.resolve(syncResponse(member))
      return
    }
    member.syncing = reply
    if (member.id !== group.leaderId) return
    for (const other of group.members.values()) {
      const own = request.groupAssignment.find(({ memberId }) => memberId === other.id)
      other.assignment = own?.memberAssignment ?? NO_ASSIGNMENT
    }
    this.#enter(group, 'Stable')
    for (const other of group.members.values()) {
      other.syncing?.resolve(syncResponse(other))
      other.syncing = undefined
      if (!other.cutOff) this.#seen(group, other)
    }
  }

  /** @throws UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS */
  heartbeat(groupId: string, memberId: string, generationId: number): void {
    const { group, member } = this.#check(groupId, memberId, generationId)
    this.#seen(group, member)
    if (group.state === 'PreparingRebalance') throw protocolError('REBALANCE_IN_PROGRESS')
  }

  /** @throws UNKNOWN_MEMBER_ID */
  leave(groupId: string, memberId: string): void {
    const group = this.#groups.get(groupId)
    if (group === undefined) throw protocolError('UNKNOWN_MEMBER_ID')
    this.#remove(group, this.#memberOf(group, memberId))
  }

  /**
   * Kafka's rules (GroupCoordinator.validateOffsetCommit): a member may commit while the group prepares to rebalance, but not
   * between its join and its assignment; nobody outside may commit while there are members.
   * @throws UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS
   */
  commit({ groupId, groupGenerationId, memberId, topics }: CommitRequest): void {
    const group = this.groupOf(groupId)
    if (groupGenerationId >= 0 || group.state !== 'Empty') {
      const { member } = this.#check(groupId, memberId, groupGenerationId)
      if (group.state === 'CompletingRebalance') throw protocolError('REBALANCE_IN_PROGRESS')
      this.#seen(group, member)
    }
    this.offsets.commit(groupId, topics)
  }

  /** @throws GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP */
  delete(groupId: string): void {
    const group = this.#groups.get(groupId)
    if (group === undefined && !this.offsets.has(groupId)) throw protocolError('GROUP_ID_NOT_FOUND')
    if (group !== undefined && group.state !== 'Empty') throw protocolError('NON_EMPTY_GROUP')
    this.offsets.deleteGroup(groupId)
    this.#groups.delete(groupId)
  }

  /**
   * From now on the silence of these members is not idle waiting: they may be gone, and until their sessions have expired
   * nobody reads their partitions. Holds until they are heard of again.
   */
  suspect(isSuspect: (member: Member) => boolean): void {
    for (const { group, member } of this.#everybody()) if (isSuspect(member)) this.#suspect(group, member)
  }

  /** The connection of these members is gone: an answer sent to them from here on is no sign of life. */
  cutOff(isCutOff: (member: Member) => boolean): void {
    for (const { group, member } of this.#everybody()) {
      if (!isCutOff(member)) continue
      member.cutOff = true
      this.#suspect(group, member)
    }
  }

  /** Makes everybody join again, as a metadata change or a newcomer would. */
  forceRebalance(groupId: string): void {
    const group = this.#groups.get(groupId)
    if (group === undefined || group.members.size === 0 || group.state === 'PreparingRebalance') return
    this.#rebalance(group)
  }

  /** Calls back, in whoever's step, once the group has an assignment again or nobody is left in it. */
  onceSettled(groupId: string, settled: () => void): void {
    this.groupOf(groupId).whenSettled.push(settled)
  }

  /** Throws a member out, as when its session has expired; it learns so from its next request. */
  expel(groupId: string, memberId: string | undefined): void {
    const group = this.#groups.get(groupId)
    const member = memberId === undefined ? undefined : group?.members.get(memberId)
    if (group === undefined || member === undefined) return
    this.fetches.want(member.link)
    this.#remove(group, member)
  }

  /** What an operator does who resets a group to an earlier message: stop it, set its position, start it. */
  rewind(groupId: string, topic: string, partition: number, offset: number): void {
    const group = this.groupOf(groupId)
    for (const id of [...group.members.keys()]) this.expel(groupId, id)
    const committed = this.offsets.get(groupId, topic, partition)
    if (committed !== undefined && committed.offset <= offset) return
    this.offsets.set(groupId, [{ topic, partition, offset, metadata: 'reset by an operator' }])
  }

  #admit(group: Group, link: ClientLink, request: JoinRequest, reply: Reply<JoinResponse>): void {
    const isGone = link.process?.alive === false
    const member: Member = {
      id: `${link.options.clientId}-${this.runtime.nextId('member')}`,
      link,
      process: link.process,
      sessionTimeoutMs: request.sessionTimeout,
      rebalanceTimeoutMs: request.rebalanceTimeout,
      protocols: request.groupProtocols,
      assignment: NO_ASSIGNMENT,
      lastSeenMs: this.runtime.now(),
      sessionTimer: undefined,
      suspect: isGone,
      cutOff: isGone,
      joining: reply,
      syncing: undefined,
    }
    link.memberId = member.id
    group.members.set(member.id, member)
    this.#watchSession(group, member)
    this.#rebalance(group)
  }

  #rebalance(group: Group): void {
    if (group.state !== 'PreparingRebalance') {
      for (const member of group.members.values()) {
        member.syncing?.reject(protocolError('REBALANCE_IN_PROGRESS'))
        member.syncing = undefined
      }
      const wasEmpty = group.state === 'Empty'
      this.#enter(group, 'PreparingRebalance')
      if (wasEmpty && this.initialRebalanceDelayMs > 0) {
        group.gathering = true
        this.#completeAfter(group, this.initialRebalanceDelayMs)
        return
      }
      let timeoutMs = 0
      for (const member of group.members.values()) {
        timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs)
        if (member.joining !== undefined) continue
        this.fetches.want(member.link)
        this.#suspect(group, member)
      }
      if (!group.everybodyJoins) this.#completeAfter(group, timeoutMs)
    }
    this.#completeIfAllJoined(group)
  }

  #completeAfter(group: Group, delayMs: number): void {
    group.rebalanceTimer = this.runtime.schedule(delayMs, () => this.#complete(group), {
      owner: null,
      idle: false,
    })
  }

  #completeIfAllJoined(group: Group): void {
    if (group.state !== 'PreparingRebalance' || group.gathering) return
    if (group.everybodyJoins) this.#complete(group)
  }

  /** The next generation begins with those who have joined in time. */
  #complete(group: Group): void {
    group.rebalanceTimer?.cancel()
    group.rebalanceTimer = undefined
    group.gathering = false
    for (const member of [...group.members.values()]) {
      if (member.joining === undefined) this.#forget(group, member)
    }
    group.generation++
    if (group.members.size === 0) {
      group.protocol = ''
      group.leaderId = ''
      this.#enter(group, 'Empty')
      return
    }
    if (!group.members.has(group.leaderId)) group.leaderId = group.members.keys().next().value!
    group.protocol = group.chooseProtocol()
    group.state = 'CompletingRebalance'
    for (const member of group.members.values()) {
      member.joining?.resolve(group.joinResponse(member))
      member.joining = undefined
      member.link.wanted = false
      if (member.cutOff) member.lastSeenMs = this.runtime.now()
      else this.#seen(group, member)
    }
  }

  #remove(group: Group, member: Member): void {
    this.#forget(group, member)
    if (group.state === 'PreparingRebalance') this.#completeIfAllJoined(group)
    else if (group.members.size === 0) this.#complete(group)
    else this.#rebalance(group)
  }

  #forget(group: Group, member: Member): void {
    member.sessionTimer?.cancel()
    member.sessionTimer = undefined
    group.members.delete(member.id)
    if (member.joining === undefined && member.syncing === undefined) return
    const gone = protocolError('UNKNOWN_MEMBER_ID')
    member.joining?.reject(gone)
    member.syncing?.reject(gone)
  }

  #enter(group: Group, state: GroupState): void {
    group.state = state
    if (state === 'Stable' || state === 'Empty') for (const settled of group.whenSettled.splice(0)) settled()
    const record: GroupRecord = {
      kind: 'kafka.group',
      group: group.id,
      state,
      generation: group.generation,
      members: group.memberRecords(),
    }
    this.runtime.record(record, { process: 'kafka', detached: true })
  }

  #seen(group: Group, member: Member): void {
    // A request may arrive when its sender has died already: that is no sign of life either.
    if (member.process?.alive === false) return
    member.cutOff = false
    member.lastSeenMs = this.runtime.now()
    if (!member.suspect) return
    member.suspect = false
    this.#watchSession(group, member)
  }

  #suspect(group: Group, member: Member): void {
    member.suspect = true
    this.#watchSession(group, member)
  }

  /** One timer per member, armed again for the rest when the member has been heard of in the meantime. */
  #watchSession(group: Group, member: Member): void {
    member.sessionTimer?.cancel()
    const restMs = member.lastSeenMs + member.sessionTimeoutMs - this.runtime.now()
    const check = () => {
      // Whoever waits for the coordinator is not silent.
      const waits = member.joining !== undefined || member.syncing !== undefined
      if (waits) member.lastSeenMs = this.runtime.now()
      const isOver = this.runtime.now() >= member.lastSeenMs + member.sessionTimeoutMs
      if (isOver) this.#remove(group, member)
      else this.#watchSession(group, member)
    }
    member.sessionTimer = this.runtime.schedule(Math.max(0, restMs), check, {
      owner: null,
      idle: !member.suspect,
    })
  }

  *#everybody(): Iterable<{ group: Group; member: Member }> {
    for (const group of this.#groups.values()) {
      for (const member of [...group.members.values()]) yield { group, member }
    }
  }

  #check(groupId: string, memberId: string, generationId: number): { group: Group; member: Member } {
    const group = this.#groups.get(groupId)
    if (group === undefined) throw protocolError('UNKNOWN_MEMBER_ID')
    const member = this.#memberOf(group, memberId)
    if (generationId !== group.generation) throw protocolError('ILLEGAL_GENERATION')
    return { group, member }
  }

  #memberOf(group: Group, memberId: string): Member {
    const member = group.members.get(memberId)
    if (member === undefined) throw protocolError('UNKNOWN_MEMBER_ID')
    return member
  }
}

function syncResponse(member: Member): SyncResponse {
  return { throttleTime: 0, errorCode: 0, memberAssignment: member.assignment }
}
