/**
 * Types for the few modules inside KafkaJS 2.2.4 that the simulator reaches into; KafkaJS itself ships none for them.
 */
declare module 'kafkajs/src/retry/defaults.js' {
  const defaults: Required<Omit<import('kafkajs').RetryOptions, 'restartOnFailure'>>
  export default defaults
}

declare module 'kafkajs/src/retry/defaults.test.js' {
  const defaults: Required<Omit<import('kafkajs').RetryOptions, 'restartOnFailure'>>
  export default defaults
}

declare module 'kafkajs/src/protocol/error.js' {
  interface ErrorCode {
    readonly type: string
    readonly code: number
    readonly retriable: boolean
    readonly message: string
  }
  const errors: {
    readonly errorCodes: readonly ErrorCode[]
    createErrorFromCode(code: number): import('kafkajs').KafkaJSProtocolError
  }
  export default errors
}

declare module 'kafkajs/src/errors.js' {
  type ErrorSource = Error | string
  const errors: {
    KafkaJSBrokerNotFound: new (e: ErrorSource) => import('kafkajs').KafkaJSBrokerNotFound
    KafkaJSMetadataNotLoaded: new (e: ErrorSource) => import('kafkajs').KafkaJSMetadataNotLoaded
    KafkaJSTopicMetadataNotLoaded: new (
      e: ErrorSource,
      options: { topic: string },
    ) => import('kafkajs').KafkaJSTopicMetadataNotLoaded
    KafkaJSGroupCoordinatorNotFound: new (e: ErrorSource) => import('kafkajs').KafkaJSGroupCoordinatorNotFound
    KafkaJSNonRetriableError: new (e: ErrorSource) => import('kafkajs').KafkaJSNonRetriableError
    KafkaJSConnectionError: new (
      e: ErrorSource,
      options: { broker: string; code?: string },
    ) => import('kafkajs').KafkaJSConnectionError
    KafkaJSConnectionClosedError: new (
      e: ErrorSource,
      options: { host: string; port: number },
    ) => import('kafkajs').KafkaJSConnectionError
    KafkaJSRequestTimeoutError: new (
      e: ErrorSource,
      options: {
        broker: string
        clientId: string
        correlationId: number
        createdAt: number
        sentAt: number
        pendingDuration: number
      },
    ) => import('kafkajs').KafkaJSRequestTimeoutError
    KafkaJSOffsetOutOfRange: new (
      e: ErrorSource,
      options: { topic: string; partition: number },
    ) => import('kafkajs').KafkaJSOffsetOutOfRange
    KafkaJSCreateTopicError: new (e: ErrorSource, topic: string) => import('kafkajs').KafkaJSProtocolError
    KafkaJSAggregateError: new (
      message: string,
      errors: readonly Error[],
    ) => import('kafkajs').KafkaJSAggregateError
    KafkaJSDeleteTopicRecordsError: new (options: {
      topic: string
      partitions: readonly { partition: number; offset: string; error: Error }[]
    }) => import('kafkajs').KafkaJSDeleteTopicRecordsError
  }
  export default errors
}

declare module 'kafkajs/src/retry/index.js' {
  export type Bail = (error: unknown) => void
  export type Retrier = <T>(
    attempt: (bail: Bail, retryCount: number, retryTime: number) => Promise<T>,
  ) => Promise<T>
  export default function createRetry(options?: import('kafkajs').RetryOptions): Retrier
}

declare module 'kafkajs/src/utils/lock.js' {
  export default class Lock {
    constructor(options: { timeout: number; description?: string })
    acquire(): Promise<void>
    release(): Promise<void>
  }
}

declare module 'kafkajs/src/utils/shuffle.js' {
  /** Draws from Math.random when there are two or more. */
  export default function shuffle<T>(array: T[]): T[]
}

declare module 'kafkajs/src/loggers/index.js' {
  const loggers: {
    createLogger(options: {
      level?: import('kafkajs').logLevel
      logCreator: import('kafkajs').logCreator
    }): import('kafkajs').Logger
  }
  export default loggers
}

declare module 'kafkajs/src/loggers/console.js' {
  const logCreator: import('kafkajs').logCreator
  export default logCreator
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface TopicPartitions {
    readonly topic: string
    readonly partitions: readonly number[]
  }
  /** What the methods that are replaced use of it. */
  export interface ConsumerGroupInternals {
    readonly topicsSubscribed: readonly string[]
    readonly partitionsPerSubscribedTopic: ReadonlyMap<string, readonly number[]> | null
    readonly preferredReadReplicasPerTopicPartition: Readonly<Record<string, object>>
    readonly cluster: {
      findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[]
    }
  }
  const ConsumerGroup: {
    prototype: {
      checkForStaleAssignment(this: ConsumerGroupInternals): void
      filterPartitionsByNode(
        this: ConsumerGroupInternals,
        nodeId: string | number,
        topicPartitions: readonly TopicPartitions[],
      ): TopicPartitions[]
    }
  }
  export default ConsumerGroup
}

declare module 'kafkajs/src/consumer/seekOffsets.js' {
  /** A Map whose methods KafkaJS overrides with other parameters, so that it is no Map to the compiler. */
  export default class SeekOffsets {
    readonly size: number
    has(topic: string, partition: number): boolean
    set(topic: string, partition: number, offset: string): void
  }
}

declare module 'kafkajs/src/utils/long.js' {
  interface Long {
    toString(): string
  }
  const Long: { fromString(text: string): Long; fromValue(value: string): Long }
  export default Long
}
