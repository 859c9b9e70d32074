/**
 * What a service is and what it is given: the only types of the workbench that an exercise file sees.
 */
import type BetterSqlite3 from 'better-sqlite3'
import type { Admin, AdminConfig, Consumer, ConsumerConfig, Producer, ProducerConfig } from 'kafkajs'

/** The Kafka client: KafkaJS's own `Kafka` class, or what `createCluster()` makes of it. */
export interface KafkaClient {
  producer(config?: ProducerConfig): Producer
  consumer(config: ConsumerConfig): Consumer
  admin(config?: AdminConfig): Admin
}

/** A better-sqlite3 database; `docs/` and the simulator's errors say what of it is supported. */
export type Database = BetterSqlite3.Database

/** Anything with a `fetch` method that answers requests; a Hono app is one. */
export interface WebApp {
  fetch(request: Request): Response | Promise<Response>
}

/** What a service is given by whoever runs it. */
export interface Host {
  /** The name of this process: `inventory`, or `inventory-2` for a second instance. */
  readonly name: string
  readonly kafka: KafkaClient
  /** This service's own database; it survives a crash. */
  readonly db: Database
  /** Serves HTTP at `http://<service name>/`. */
  listen(app: WebApp): void
}

/**
 * A service is a function from a host to a running process. It resolves once the service is up, and it
 * is called again after a crash, with a new Kafka client and the same database.
 */
export type Service = (host: Host) => Promise<void>
