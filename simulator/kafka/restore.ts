/**
 * Brings a cluster back to what its journal says. Its clients have died with the program that ran it: groups are empty, and
 * what was left of transactions is aborted, so that readers of committed messages go on.
 */
import type { Broker } from './broker.ts'
import type { Journal, JournalMessage, JournalTopic } from './journal.ts'
import { controlMarker, type StoredMessage, storeMessage } from './stored-message.ts'

/** @throws whatever the journal throws that cannot be read; KAFKA_STORAGE_ERROR */
export function restore(broker: Broker, journal: Journal): void {
  for (const kept of [...journal.topics()]) restoreTopic(broker, journal, kept)
  for (const { group, ...offset } of journal.offsets()) {
    broker.groups.groupOf(group)
    broker.offsets.apply(group, offset)
  }
  broker.transactions.abortUnfinished(broker.topics.all.flatMap(({ partitions }) => partitions))
}

function restoreTopic(
  broker: Broker,
  journal: Journal,
  { topic, config, lowWatermarks }: JournalTopic,
): void {
  const { partitions } = broker.topics.restore(topic, lowWatermarks.length, config)
  for (const log of partitions) {
    const { partition } = log
    log.restore(lowWatermarks[partition]!, storedMessages(journal.messages(topic, partition)))
  }
}

function* storedMessages(messages: Iterable<JournalMessage>): Iterable<StoredMessage> {
  for (const { key, value, headers, timestamp, label, origin } of messages) {
    if (origin.control !== undefined) {
      yield controlMarker(origin.producerId, origin.control, timestamp)
      continue
    }
    const message = { key, value, ...(headers === null ? {} : { headers: { ...headers } }) }
    const stored = storeMessage(message, label, timestamp)
    stored.origin = origin
    yield stored
  }
}
