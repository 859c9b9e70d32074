/**
 * Where the simulator and a real broker differ, and where KafkaJS surprises on both: the data behind docs/broker-differences.md.
 */

/** Something that a program may see on one of the two and not on the other. */
export interface Difference {
  readonly topic: string
  readonly simulator: string
  readonly realBroker: string
  /** Why it stays. */
  readonly reason: string
  /** The cases of the contract in which each side was seen to do its part. Without any, the row is documented only. */
  readonly cases?: readonly string[]
}

/** Something of KafkaJS that its users do not expect; the simulator runs KafkaJS's own code, and so does the same. */
export interface Surprise {
  readonly what: string
  readonly outcome: string
  /** Where KafkaJS 2.2.4 does it, in its `src/`. */
  readonly source: string
  /** The cases of the contract that hold both sides to it. */
  readonly cases: readonly string[]
}

export const DIFFERENCES: readonly Difference[] = [
  {
    topic: 'Looking up topics, leaders and coordinators',
    simulator: 'Takes no time, and no REQUEST event tells of it.',
    realBroker: 'Metadata, GroupCoordinator and ApiVersions are requests like others.',
    reason: 'Nothing interesting depends on it, and a client asks seldom.',
    cases: ['announces its requests'],
  },
  {
    topic: 'REQUEST events',
    simulator: '`size` is 0. REQUEST_QUEUE_SIZE is never sent.',
    realBroker: '`size` is that of the response in bytes.',
    reason: 'Nothing is encoded, so there is nothing to measure.',
    cases: ['announces the size of what it was answered'],
  },
  {
    topic: 'gzip',
    simulator: 'A batch is measured as it is, whatever `compression` says.',
    realBroker: 'A batch is measured compressed, so that more fits under `max.message.bytes`.',
    reason: 'The simulator runs in browsers, too, and compresses nothing.',
    cases: ['measures a batch by its compressed size'],
  },
  {
    topic: '`maxBytesPerPartition` and `maxBytes`',
    simulator: 'Counted message by message.',
    realBroker: 'Counted by the batches that producers sent, which are never split.',
    reason: 'The log keeps messages one by one. With the defaults (1 MiB and 10 MiB) it is seldom seen.',
    cases: ['takes as many messages from a partition as its byte limit allows'],
  },
  {
    topic: 'Retention of a topic without a configuration',
    simulator: 'For ever: `retention.ms` reads -1.',
    realBroker: 'Seven days: `retention.ms` reads 604800000.',
    reason:
      'Nothing should vanish from a run that nobody asked to vanish; the fault `retention` does it on purpose.',
    cases: ['tells the retention of a topic that has none of its own'],
  },
  {
    topic: 'Kafka’s own topics',
    simulator: 'There are none.',
    realBroker:
      '`listTopics` has `__consumer_offsets` and `__transaction_state`, and an expression may match them.',
    reason: 'Offsets and transactions are kept in memory, and nobody should read them as messages.',
    cases: ['lists Kafka’s own topics among the others'],
  },
  {
    topic: 'Names of members',
    simulator: 'Client id and a number, counted up.',
    realBroker: 'Client id and a UUID, so which member is dealt which partition changes from run to run.',
    reason: 'A run must be the same each time.',
    cases: ['names the members of a group by their client and something unique'],
  },
  {
    topic: 'An admin client after `disconnect`',
    simulator: 'Connects again by itself.',
    realBroker: 'Fails with one KafkaJSConnectionError or another.',
    reason: 'There is no socket that could have ended. No program should rely on either.',
    cases: ['refuses an admin client that has disconnected'],
  },
  {
    topic: 'The end of a transaction',
    simulator:
      'Markers are written at once; for 2 ms of virtual time the coordinator refuses the producer’s next transaction with CONCURRENT_TRANSACTIONS.',
    realBroker:
      'Markers are written after the producer was answered. Whether its next request comes too early is a matter of luck: on an idle machine one in four did, on a busy one two in three.',
    reason: 'The refusal has to be seen in every run and not in some.',
  },
  {
    topic: 'A topic that was just made',
    simulator: 'Is there at once, with its leaders, and so are added partitions.',
    realBroker:
      'A broker that is busy needs a moment. `createTopics` may then fail with UNKNOWN_TOPIC_OR_PARTITION, as KafkaJS (src/admin/index.js) waits through LEADER_NOT_AVAILABLE only; the topic is made all the same. `fetchTopicOffsets` may fail with NOT_LEADER_FOR_PARTITION, and a send to several partitions may be written twice in some.',
    reason: 'It is over in milliseconds, and there is no telling when it happens.',
  },
  {
    topic: 'The first member of a group',
    simulator: 'Does not wait for others.',
    realBroker:
      'Is kept waiting for three seconds (`group.initial.rebalance.delay.ms`), and longer when others come; the brokers that the workbench starts are told not to.',
    reason:
      'Runs are shorter; `initialRebalanceDelayMs` brings it back, without the extension for latecomers.',
  },
  {
    topic: 'Joining a group',
    simulator: 'A new member is admitted without being told its id first.',
    realBroker: 'It is turned away with an id of its own, and asks again with that.',
    reason: 'KafkaJS hides that round trip.',
  },
  {
    topic: 'Fetching',
    simulator: 'Partitions come in order, and those without news are left out of the response.',
    realBroker: 'Partitions take turns at being first, and all of them are in the response.',
    reason: 'Removing a fault must not change the order of everything else.',
  },
  {
    topic: 'Lists of topics and partitions',
    simulator: 'In the order in which they were made.',
    realBroker: 'In any order.',
    reason: 'A run must be the same each time.',
  },
  {
    topic: 'Retention',
    simulator:
      'Deletes message by message, whenever somebody reads; on the wall clock also when somebody writes, and a partition once a second at most.',
    realBroker: 'Looked at every five minutes; deletes whole segments.',
    reason: 'A test need not wait for it, and sees exactly which messages were lost.',
  },
  {
    topic: 'Sizes',
    simulator: 'A message counts its key, value and headers and twelve bytes more.',
    realBroker:
      'What is around a message takes seven to some twenty bytes, by how long it is and where in its batch.',
    reason: 'The difference shows only within a few bytes of a limit.',
  },
  {
    topic: 'A lost write',
    simulator: 'Is never in the log.',
    realBroker: 'Is in the log of the old leader until the new one has taken over.',
    reason: 'What a reader of committed messages sees is the same.',
  },
  {
    topic: 'A restart of the broker',
    simulator:
      'Its clients end with it, as they are in the same program. Topics, messages and committed offsets can be kept; open transactions are aborted, and groups are empty.',
    realBroker: 'Clients connect again, and members and transactions go on.',
    reason:
      'What its clients see of a broker that goes and comes, the faults `broker-down` and `disconnected` show.',
  },
  {
    topic: 'Leaders',
    simulator: 'Stay where they are, and there is one controller.',
    realBroker: 'Move when a node goes or comes.',
    reason: 'The fault `error` at a send shows what a move looks like to a producer.',
  },
  {
    topic: '`batchContext` of a message',
    simulator: 'Has what transactions need and no more.',
    realBroker: 'Has all that was in the batch’s header.',
    reason: 'It is no part of KafkaJS’s documented interface.',
  },
  {
    topic: 'Address, encryption, authentication',
    simulator: '`brokers` is not looked at; `ssl`, `sasl` and `socketFactory` are refused.',
    realBroker: 'As configured.',
    reason: 'There is no network to protect.',
  },
  {
    topic: 'Not supported',
    simulator:
      'Log compaction, access control, reassignments, configuration of brokers: `Not supported by the simulator`.',
    realBroker: 'Supported.',
    reason: 'No exercise needs them; failing is better than pretending.',
  },
]

export const SURPRISES: readonly Surprise[] = [
  {
    what: 'A send to several partitions fails because one of them refuses it.',
    outcome:
      'KafkaJS takes the sequence numbers of all of them back, also where the messages were written. The next message there is taken for a duplicate: `send` reports success, and the message is lost. So it is after a send whose answers were all lost. In a transaction aborting does not help: the first message of the next one is lost.',
    source: 'producer/sendMessages.js',
    cases: [
      'takes the next message for a duplicate after a send that was written in part, and drops it',
      'drops the first message of a transaction after one that was written in part and aborted',
      'refuses a batch of another length in the place of one that was written',
    ],
  },
  {
    what: 'A send to several topics or partitions, of which one is not ready (its leader is moving, or it was deleted).',
    outcome:
      'KafkaJS repeats all of it that went to the same node. Without idempotence what was written is written again, at every attempt; with it, it is written once, but if the send fails in the end, the next message is lost as above.',
    source: 'producer/sendMessages.js',
    cases: [
      'writes a message at every attempt when another topic of the same send cannot be written to',
      'keeps an idempotent producer from writing twice like that, and drops its next message',
    ],
  },
  {
    what: 'A commit or abort fails, or its answer is lost.',
    outcome:
      'The producer stays between two states for ever: every further `transaction()` throws. It has to be replaced by a new one.',
    source: 'producer/eosManager/index.js',
    cases: ['has no use for a producer any more whose transaction could not be ended'],
  },
  {
    what: 'A transaction begins with `sendOffsets`, right after another.',
    outcome:
      'It may be refused with CONCURRENT_TRANSACTIONS, as the one before is still being ended. KafkaJS tries again for messages, after some 300 ms, but not for offsets.',
    source: 'producer/eosManager/index.js',
    cases: ['refuses offsets that come before the transaction before is done with; messages it sends again'],
  },
  {
    what: '`producer.send` while a transaction is open.',
    outcome: 'The message is not part of the transaction. Only `transaction.send` is.',
    source: 'producer/index.js',
    cases: ['does not take a message into the transaction that is sent by the producer itself'],
  },
  {
    what: 'A message for a partition that does not exist.',
    outcome: 'Is dropped. `send` resolves to a list without it.',
    source: 'cluster/index.js',
    cases: ['drops a message for a partition that does not exist, and says nothing'],
  },
  {
    what: 'A value that is an object or a number.',
    outcome:
      '`send` rejects with a TypeError. A handler that lets it pass ends its consumer for good, as with any TypeError (below).',
    source: 'protocol/encoder.js',
    cases: ['refuses keys, values and headers that are neither text nor bytes'],
  },
  {
    what: 'A header with a list of one value.',
    outcome: 'Comes back as that value; an empty list does not come back at all.',
    source: 'protocol/recordBatch/record/v0/decoder.js',
    cases: ['hands over a list of one header value as that value, and an empty list as no header'],
  },
  {
    what: 'A consumer subscribes to a topic that does not exist.',
    outcome:
      'The broker makes it, but `subscribe` rejects with UNKNOWN_TOPIC_OR_PARTITION. It works the next time. A producer’s `send` tries again by itself.',
    source: 'cluster/index.js',
    cases: [
      'fails to subscribe to a topic that does not exist yet, which is made meanwhile',
      'makes a topic that it sends to',
    ],
  },
  {
    what: 'A handler throws again and again.',
    outcome:
      'Six attempts within some ten seconds, then the consumer stops, disconnects and crashes, and starts again after a while.',
    source: 'retry/index.js',
    cases: ['tries six times, then stops, disconnects, crashes, and starts again'],
  },
  {
    what: 'A handler throws a TypeError, RangeError, ReferenceError or SyntaxError, or `undefined`.',
    outcome: 'The consumer crashes at once and does not start again. The process goes on without it.',
    source: 'retry/index.js',
    cases: [
      'takes a TypeError for a bug: no retry, no restart',
      'takes a text that is thrown for an ordinary failure, and undefined for a bug',
    ],
  },
  {
    what: 'A handler takes longer than `sessionTimeout`.',
    outcome:
      'KafkaJS sends no heartbeat meanwhile, so the member is expelled, its messages go to others, and its own commit is refused. (With partitions on several nodes, what it fetches from the others sends heartbeats, and nothing happens.)',
    source: 'consumer/runner.js',
    cases: [
      'expels a member whose handler outlives its session without a heartbeat, and its messages come again',
      'gives the messages of an expelled member to another, while the first is still at them',
      'keeps a member whose long handler sends heartbeats',
    ],
  },
  {
    what: 'An expelled member calls `consumer.commitOffsets` in its handler.',
    outcome:
      'It gets a KafkaJSNonRetriableError without a type. A handler that lets it pass ends the consumer for good. `commitOffsetsIfNecessary` and `heartbeat` throw UNKNOWN_MEMBER_ID instead, after which the consumer joins again.',
    source: 'consumer/runner.js',
    cases: [
      'refuses a commit of a member that was expelled; KafkaJS calls that final',
      'ends for good when the handler lets that refusal pass',
      'joins again when a batch handler lets the refusal of its own commit pass',
      'refuses a heartbeat of a member that was expelled, and its messages come again',
    ],
  },
  {
    what: 'A handler waits for `consumer.stop()` or `disconnect()`.',
    outcome: 'Both wait for the handler: neither ends.',
    source: 'consumer/runner.js',
    cases: ['never returns from a stop that a handler waits for'],
  },
  {
    what: 'A batch handler with `eachBatchAutoResolve: false` resolves nothing.',
    outcome: 'The same batch comes again and again, as fast as it can be fetched.',
    source: 'consumer/runner.js',
    cases: ['commits nothing for a batch that it neither resolves nor commits'],
  },
  {
    what: 'The members of a group subscribe to different topics.',
    outcome:
      'The leader deals out the topics it wants itself, to everybody. Partitions that fall to a member that does not want them are read by nobody.',
    source: 'consumer/assigners/roundRobinAssigner/index.js',
    cases: ['leaves partitions unread when the members of a group want different topics'],
  },
  {
    what: 'A consumer has read nothing but an aborted transaction.',
    outcome: 'It commits nothing until the next message comes, so its lag does not go down to zero.',
    source: 'consumer/runner.js',
    cases: ['does not commit past an aborted transaction before it has read something'],
  },
  {
    what: '`run` is called a second time.',
    outcome: 'Nothing happens, and the second handler is never called.',
    source: 'consumer/index.js',
    cases: ['refuses to subscribe a consumer that runs, and takes no notice of a second run'],
  },
  {
    what: '`connect()` and `run()`.',
    outcome: 'Both announce CONNECT.',
    source: 'consumer/index.js',
    cases: ['announces what it does'],
  },
  {
    what: '`admin.setOffsets` and `resetOffsets`.',
    outcome:
      'Take five seconds and more: they join the group with a consumer of their own and wait for its first fetch.',
    source: 'admin/index.js',
    cases: ['makes a group by setting its offsets, which takes as long as a long poll'],
  },
  {
    what: '`admin.createTopics` with some topics that exist and some that do not.',
    outcome: 'Resolves to false, and the others are made.',
    source: 'admin/index.js',
    cases: ['says false when one of several topics exists, and makes the others'],
  },
  {
    what: '`admin.createTopics` with `validateOnly`.',
    outcome:
      'Waits for the leader of a topic that was never to be made, and rejects with UNKNOWN_TOPIC_OR_PARTITION, unless `waitForLeaders` is false.',
    source: 'admin/index.js',
    cases: ['fails to try out a topic unless it is told not to wait for its leader'],
  },
  {
    what: '`admin.deleteTopicRecords` as the first call for a topic.',
    outcome: 'Rejects with KafkaJSTopicMetadataNotLoaded. After `fetchTopicOffsets` it works.',
    source: 'admin/index.js',
    cases: ['deletes records up to an offset, or all'],
  },
  {
    what: '`admin.deleteTopics` with a topic that is not there.',
    outcome: 'Is tried six times, for some ten seconds.',
    source: 'admin/index.js',
    cases: ['gives up on deleting a topic that is not there, after its retries'],
  },
]
