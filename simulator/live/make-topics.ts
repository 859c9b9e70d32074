/**
 * Makes topics on a broker and waits until everybody knows of them.
 */
import type { Admin, ITopicConfig } from 'kafkajs'

const LOOK_EVERY_MS = 50
const KNOWN_WITHIN_MS = 30_000

/**
 * KafkaJS can wait itself, but it fails when a busy broker does not know the topic yet: of the errors that mean so it
 * expects another (src/admin/index.js).
 * @throws what the broker refused them with, or what it said last when they were not there in time
 */
export async function makeTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics, waitForLeaders: false })
  const names = topics.map(({ topic }) => topic)
  for (const deadline = Date.now() + KNOWN_WITHIN_MS; ; ) {
    try {
      await admin.fetchTopicMetadata({ topics: names })
      for (const topic of names) await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}
