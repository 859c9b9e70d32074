import { beforeEach, describe, expect, it } from 'vitest'
import { createWallClock } from '#simulator/world/wall-clock.ts'
import { Broker } from './broker.ts'
import { ClientLink } from './client-link.ts'
import type { JoinResponse, SyncResponse } from './group.ts'

const runtime = createWallClock()
const protocols = [{ name: 'RoundRobinAssigner', metadata: Buffer.from('v0') }]
let broker: Broker

function link(clientId: string): ClientLink {
  return new ClientLink({
    runtime,
    process: undefined,
    clientId,
    groupId: 'g',
    emitter: null,
    requestTimeoutMs: 30_000,
    enforceRequestTimeout: true,
    maxInFlightRequests: null,
    allowAutoTopicCreation: true,
  })
}

function join(clientId: string, memberId = '', groupProtocols = protocols): Promise<JoinResponse> {
  const request = { groupId: 'g', sessionTimeout: 30_000, rebalanceTimeout: 60_000, memberId, groupProtocols }
  return new Promise((resolve, reject) => broker.groups.join(link(clientId), request, { resolve, reject }))
}

function sync(memberId: string, generationId: number, assigned: string[] = []): Promise<SyncResponse> {
  const groupAssignment = assigned.map(id => ({ memberId: id, memberAssignment: Buffer.alloc(0) }))
  const request = { groupId: 'g', generationId, memberId, groupAssignment }
  return new Promise((resolve, reject) => broker.groups.sync(request, { resolve, reject }))
}

function commit(memberId: string, groupGenerationId: number): string {
  const topics = [{ topic: 't', partitions: [{ partition: 0, offset: '1' }] }]
  return outcome(() => broker.groups.commit({ groupId: 'g', groupGenerationId, memberId, topics }))
}

const heartbeat = (memberId: string, generation: number) =>
  outcome(() => broker.groups.heartbeat('g', memberId, generation))

function outcome(request: () => void): string {
  try {
    request()
    return 'ok'
  } catch (error) {
    return (error as { type: string }).type
  }
}

beforeEach(() => {
  broker = new Broker({ runtime, nodes: 1, autoCreateTopics: true, initialRebalanceDelayMs: 0 })
})

describe('the group coordinator', () => {
  it('takes commits and heartbeats as each state demands', async () => {
    const { memberId } = await join('a')
    const stateOf = () => broker.groups.get('g')!.state
    expect([stateOf(), commit(memberId, 1), heartbeat(memberId, 1)]).toEqual([
      'CompletingRebalance',
      'REBALANCE_IN_PROGRESS',
      'ok',
    ])
    await sync(memberId, 1, [memberId])
    expect([stateOf(), commit(memberId, 1), heartbeat(memberId, 1)]).toEqual(['Stable', 'ok', 'ok'])
    expect([commit(memberId, 0), heartbeat(memberId, 2)]).toEqual([
      'ILLEGAL_GENERATION',
      'ILLEGAL_GENERATION',
    ])
    expect([commit('nobody', 1), heartbeat('nobody', 1)]).toEqual(['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'])
    // Nobody from outside moves the position of a group with members.
    expect(commit('', -1)).toBe('UNKNOWN_MEMBER_ID')
    void join('b')
    expect([stateOf(), commit(memberId, 1), heartbeat(memberId, 1)]).toEqual([
      'PreparingRebalance',
      'ok',
      'REBALANCE_IN_PROGRESS',
    ])
    broker.groups.leave('g', memberId)
    expect([stateOf(), commit(memberId, 1)]).toEqual(['CompletingRebalance', 'UNKNOWN_MEMBER_ID'])
  })

  it('takes commits from anybody while nobody is in the group', () => {
    expect(commit('', -1)).toBe('ok')
    expect(broker.offsets.get('g', 't', 0)).toMatchObject({ offset: 1, metadata: null })
  })

  it('tells the leader all members, and the others none', async () => {
    const first = await join('a')
    await sync(first.memberId, 1, [first.memberId])
    const [second, again] = await Promise.all([join('b'), join('a', first.memberId)])
    expect([second.generationId, again.generationId]).toEqual([2, 2])
    expect(again.leaderId).toBe(first.memberId)
    expect(again.members.map(({ memberId }) => memberId)).toEqual([first.memberId, second.memberId])
    expect(second.members).toEqual([])
  })

  it('answers a member that joins again unchanged with the generation it is in, and rebalances for a leader', async () => {
    const leader = await join('a')
    await sync(leader.memberId, 1, [leader.memberId])
    const [follower] = await Promise.all([join('b'), join('a', leader.memberId)])
    await sync(leader.memberId, 2, [leader.memberId, follower.memberId])
    expect((await join('b', follower.memberId)).generationId).toBe(2)
    void join('a', leader.memberId)
    expect(broker.groups.get('g')!.state).toBe('PreparingRebalance')
  })

  it('sends members that wait for an assignment back to join when another comes', async () => {
    const leader = await join('a')
    await sync(leader.memberId, 1, [leader.memberId])
    const [follower] = await Promise.all([join('b'), join('a', leader.memberId)])
    const waiting = sync(follower.memberId, 2)
    void join('c')
    await expect(waiting).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
  })

  it('lets nobody in who shares no assignment strategy with the others', async () => {
    await join('a')
    const strange = [{ name: 'Strange', metadata: Buffer.alloc(0) }]
    await expect(join('b', '', strange)).rejects.toMatchObject({ type: 'INCONSISTENT_GROUP_PROTOCOL' })
    await expect(join('b', 'b-made-up')).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' })
  })
})
