/**
 * A clean place on a real broker for a field run: the scenario's topics, empty, and nothing left of earlier runs.
 */
import type { Admin } from 'kafkajs'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { makeTopics } from '../make-topics.ts'

const RETRY_EVERY_MS = 250
/** A member that was killed keeps its group from being deleted until its session expires: 30 s by KafkaJS's default. */
const PATIENCE_MS = 60_000

/**
 * What is there before a first run belongs to somebody: it is not deleted unless they say so.
 * @throws WorkbenchError `topics-in-use` when one of the topics has messages
 */
export async function refuseUsedTopics(
  admin: Admin,
  topics: Scenario['topics'],
  address: string,
): Promise<void> {
  const existing = new Set(await admin.listTopics())
  for (const { topic } of topics) {
    if (!existing.has(topic)) continue
    const offsets = await admin.fetchTopicOffsets(topic)
    const messages = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
    if (messages === 0) continue
    throw new WorkbenchError(
      'topics-in-use',
      `The broker at ${address} has ${messages} messages in ${topic}, and this needs the topics empty.`,
      'Let it delete them with --fresh, or start an empty broker: npm run broker -- --stop, then npm run broker.',
    )
  }
}

/** Deletes the topics, and with them every group's positions in them; waits until they are gone, and makes them again. */
export async function clearBroker(admin: Admin, topics: Scenario['topics']): Promise<void> {
  await deleteTopics(admin, topics)
  await insist(async () => {
    await makeTopics(
      admin,
      topics.map(({ topic, partitions }) => ({ topic, numPartitions: partitions })),
    )
  })
}

export async function deleteTopics(admin: Admin, topics: Scenario['topics']): Promise<void> {
  await insist(async () => {
    const existing = new Set(await admin.listTopics())
    const names = topics.map(({ topic }) => topic).filter(topic => existing.has(topic))
    if (names.length === 0) return
    await admin.deleteTopics({ topics: names })
    throw new Error('they may be listed for a moment yet')
  })
}

export async function deleteGroups(admin: Admin, groups: readonly string[]): Promise<void> {
  await insist(async () => {
    const { groups: existing } = await admin.listGroups()
    const names = groups.filter(group => existing.some(({ groupId }) => groupId === group))
    if (names.length > 0) await admin.deleteGroups(names)
  })
}

/** Tries until it succeeds: deletions take their time on a real broker. */
async function insist(act: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await act()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, RETRY_EVERY_MS))
    }
  }
}
