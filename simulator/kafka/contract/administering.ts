/**
 * The Kafka contract: what the admin client does with consumer groups.
 */
import { expect } from 'vitest'
import { type Case, groupThatRead, valuesOf } from './stage.ts'

export const administering: readonly Case[] = [
  {
    name: 'reads, sets and resets a group’s offsets while nobody is in it',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b', 'c')
      const groupId = await groupThatRead(stage, topic, 3)
      const admin = await stage.admin()
      expect(await stage.committed(groupId, topic)).toBe('3')
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
      expect(await stage.committed(groupId, topic)).toBe('1')
      await admin.resetOffsets({ groupId, topic, earliest: true })
      expect(await stage.committed(groupId, topic)).toBe('-2')
      const resolved = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true })
      expect(resolved[0]!.partitions[0]!.offset).toBe('0')
      expect(await stage.committed(groupId, topic)).toBe('0')
    },
  },
  {
    name: 'tells all offsets of a group when no topic is named',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = await groupThatRead(stage, topic, 1)
      const admin = await stage.admin()
      expect(await admin.fetchOffsets({ groupId })).toEqual([
        { topic, partitions: [{ partition: 0, offset: '1', metadata: null }] },
      ])
    },
  },
  {
    name: 'does not set the offsets of a group with members',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the group is at work', () => seen.length === 1)
      const admin = await stage.admin()
      await expect(
        admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] }),
      ).rejects.toThrow(/must have no running instances/)
    },
  },
  {
    name: 'lists, describes and deletes groups',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the group is at work', () => seen.length === 1)
      const admin = await stage.admin()
      const { groups } = await admin.listGroups()
      expect(groups).toContainEqual({ groupId, protocolType: 'consumer' })
      const described = await admin.describeGroups([groupId])
      expect(described.groups[0]).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'RoundRobinAssigner',
        members: [{ clientId: 'tester' }],
      })
      const error = await admin.deleteGroups([groupId]).catch(caught => caught)
      expect(error.name).toBe('KafkaJSDeleteGroupsError')
      expect(error.groups[0].error.type).toBe('NON_EMPTY_GROUP')
      const done = await groupThatRead(stage, topic, 1)
      expect(await admin.deleteGroups([done])).toEqual([{ groupId: done, errorCode: 0 }])
      const gone = await admin.describeGroups([done])
      expect(gone.groups[0]!.state).toBe('Dead')
    },
  },
  {
    name: 'moves a group to the end, and can tell where that is',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const admin = await stage.admin()
      await admin.resetOffsets({ groupId, topic, earliest: false })
      expect(await stage.committed(groupId, topic)).toBe('-1')
      const resolved = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true })
      expect(resolved[0]!.partitions[0]!.offset).toBe('2')
      expect(await stage.committed(groupId, topic)).toBe('2')
    },
  },
  {
    name: 'makes a group by setting its offsets, which takes as long as a long poll',
    body: async stage => {
      const topic = await stage.topicWith('a', 'b')
      const groupId = stage.name('group')
      const admin = await stage.admin()
      const startedAt = Date.now()
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
      expect(Date.now() - startedAt).toBeGreaterThan(4_500)
      expect(await stage.committed(groupId, topic)).toBe('1')
      const { groups } = await admin.describeGroups([groupId])
      expect(groups).toMatchObject([{ groupId, state: 'Empty', protocolType: 'consumer', members: [] }])
      const seen = await stage.read(topic, { groupId })
      await stage.until('it has started there', () => seen.length > 0)
      expect(valuesOf(seen)).toEqual(['b'])
    },
  },
  {
    name: 'knows a group that has its offsets from a transaction, and nothing of its protocol',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const admin = await stage.admin()
      const group = { groupId, state: 'Empty', protocolType: '', protocol: '', members: [] }
      const producer = await stage.transactional()
      const transaction = await producer.transaction()
      const topics = [{ topic, partitions: [{ partition: 0, offset: '1' }] }]
      await transaction.sendOffsets({ consumerGroupId: groupId, topics })
      expect((await admin.describeGroups([groupId])).groups).toMatchObject([group])
      await transaction.commit()
      await stage.until('it is committed', async () => (await stage.committed(groupId, topic)) === '1')
      expect((await admin.describeGroups([groupId])).groups).toMatchObject([group])
      expect((await admin.listGroups()).groups).toContainEqual({ groupId, protocolType: '' })
    },
  },
  {
    name: 'has nothing to tell of a group that nobody has heard of',
    body: async stage => {
      const groupId = stage.name('group')
      const admin = await stage.admin()
      expect(await admin.fetchOffsets({ groupId })).toEqual([])
      expect((await admin.describeGroups([groupId])).groups).toMatchObject([{ groupId, state: 'Dead' }])
      const error = await admin.deleteGroups([groupId]).catch(caught => caught)
      expect(error.groups[0].error.type).toBe('GROUP_ID_NOT_FOUND')
    },
  },
  {
    name: 'names the members of a group by their client and something unique',
    body: async stage => {
      const topic = await stage.topicWith('a')
      const groupId = stage.name('group')
      const seen = await stage.read(topic, { groupId })
      await stage.until('the group is at work', () => seen.length === 1)
      const { groups } = await (await stage.admin()).describeGroups([groupId])
      const [member] = groups[0]!.members
      expect(member!.memberId).toMatch(/^tester-./)
      return /^tester-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(member!.memberId)
    },
    sees: { simulator: false, realBroker: true },
  },
]
