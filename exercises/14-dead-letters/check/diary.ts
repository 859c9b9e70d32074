/**
 * What the check must know of a run besides topics and offsets: what was booked, and what became of every delivery and attempt.
 *
 * What goes wrong with a transfer stays wrong until the operator comes: a fault of the plan only begins it. (Healing, which ends
 * every fault, would mend a poison message by itself.)
 */
import type { Consumer, KafkaMessage, Producer } from 'kafkajs'
import type { ConsumeOptions } from '#exercises/14-dead-letters/contract.ts'
import { PermanentError, TransientError } from '#exercises/14-dead-letters/errors.ts'
import type { Host } from '#simulator/service.ts'
import { FLAKY, MESSAGES, REFUSED, REFUSED_TWICE, TRANSFERS, type Troubles } from './accounts.ts'

/** Fewer attempts than this are too few to take a message for poison. */
const MIN_ATTEMPTS = 3
export class Counter extends Map<string, number> {
  override get(id: string): number {
    return super.get(id) ?? 0
  }
  add(id: string, count = 1): number {
    this.set(id, this.get(id) + count)
    return this.get(id)
  }
}

export class Diary implements Troubles {
  /** The transfers that the bank has booked, in that order. */
  readonly booked: string[] = []
  /** How many of them when the operator came. Until then nothing is mended. */
  bookedBeforeRepair: number | undefined
  /** How many of the messages were published. */
  published = 0
  /** Whether there can be a dead letter. */
  hasSent = false
  readonly statuses = new Map<string, number>()
  readonly unreadable = new Set<string>()
  #isFlaky = false
  readonly #flaked = new Counter()
  #deadLettersToRefuse = 0
  /** Attempts until the operator came. */
  readonly attempts = new Counter()
  /** Those that never ended, or failed for a reason that is not known to pass. */
  readonly failures = new Counter()
  /** As many as there were at any one time, those under way among them. */
  readonly #mostFailures = new Counter()
  /** How often the process was started. */
  starts = 0
  readonly refusals = new Counter()
  readonly deliveries = new Counter()
  /** Deliveries that came to nothing for another reason than the handler: the process died, a statement or a send failed. */
  readonly mishaps = new Counter()
  /** Deliveries that the consumer failed of its own accord, so as to have them again. */
  readonly handedBack = new Counter()
  readonly redrives = new Counter()
  /** What was given to the handler and is no transfer. */
  readonly strangers: string[] = []

  get isMended(): boolean {
    return this.bookedBeforeRepair !== undefined
  }

  noteAttempt(id: string): void {
    if (!this.isMended) this.attempts.add(id)
  }

  isFlaky(id: string): boolean {
    return this.#isFlaky && !this.isMended && this.#flaked.get(id) < 2 && this.#flaked.add(id) > 0
  }

  statusOf(id: string): number | undefined {
    return this.isMended ? undefined : this.statuses.get(id)
  }

  remember(id: string, status: number): void {
    if (status === REFUSED_TWICE && !this.statuses.has(id)) this.#deadLettersToRefuse = 2
    if (status === FLAKY) this.#isFlaky = this.#flaked.add(id) > 0
    if (status >= 400 && status < 500) this.statuses.set(id, status)
  }

  isRefused(id: string): boolean {
    const status = this.statuses.get(id)
    return status === REFUSED || status === REFUSED_TWICE
  }

  /** Which transfer of an account is in trouble: refused, unreadable, or out of attempts. */
  troubleOf(account: string): string | undefined {
    return TRANSFERS.find(
      ({ id, ...other }) =>
        other.account === account &&
        (this.unreadable.has(id) ||
          this.isRefused(id) ||
          this.#mostFailures.get(id) + this.mishaps.get(id) >= MIN_ATTEMPTS),
    )?.id
  }

  /** The handler as the consumer gets it. */
  watch(handle: ConsumeOptions['handle']): ConsumeOptions['handle'] {
    return async event => {
      const id = String(event?.id)
      if (!TRANSFERS.some(transfer => transfer.id === id)) {
        this.strangers.push(JSON.stringify(event) ?? String(event))
        throw new PermanentError('this is no transfer')
      }
      // Until it has ended well it has failed: the process may die at any moment.
      if (!this.isMended)
        this.#mostFailures.set(id, Math.max(this.failures.add(id), this.#mostFailures.get(id)))
      const settle = () => {
        if (!this.isMended) this.failures.add(id, -1)
      }
      try {
        await handle(event)
        settle()
      } catch (error) {
        if (error instanceof TransientError) settle()
        if (error instanceof PermanentError && !this.isMended) this.refusals.add(id)
        throw error
      }
    }
  }

  /**
   * The host as the consumer gets it: with a liveness probe, as every platform has one (when KafkaJS has given a consumer up for
   * good, the process is started again), with what is unreadable kept so, and with an eye on each delivery.
   */
  watchHost(host: Host): Host {
    const { kafka } = host
    this.starts++
    return {
      ...host,
      kafka: {
        admin: config => kafka.admin(config),
        producer: config => this.#watchProducer(kafka.producer(config)),
        consumer: config => this.#watchConsumer(kafka.consumer(config)),
      },
    }
  }

  #watchProducer(producer: Producer): Producer {
    const { send, sendBatch, transaction } = producer
    const takeNote = (topics: readonly string[]) => {
      this.hasSent = true
      if (this.#deadLettersToRefuse === 0 || !topics.includes('dead.accounts')) return
      this.#deadLettersToRefuse--
      throw Object.assign(new Error('dead.accounts takes no messages at present'), { name: 'KafkaJSError' })
    }
    return Object.assign(producer, {
      send: async (record: Parameters<typeof send>[0]) => {
        takeNote([record.topic])
        return send(record)
      },
      sendBatch: async (batch: Parameters<typeof sendBatch>[0]) => {
        takeNote((batch.topicMessages ?? []).map(({ topic }) => topic))
        return sendBatch(batch)
      },
      transaction: () => {
        this.hasSent = true
        return transaction()
      },
    })
  }

  #watchConsumer(consumer: Consumer): Consumer {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return
      setTimeout(() => {
        throw payload.error
      })
    })
    const { run } = consumer
    return Object.assign(consumer, {
      run: ({ eachMessage, eachBatch, ...options }: Parameters<typeof run>[0] = {}) =>
        run({
          ...options,
          ...(eachMessage && {
            eachMessage: payload =>
              this.#deliver(payload.topic, [payload.message], () => eachMessage(payload)),
          }),
          ...(eachBatch && {
            eachBatch: payload =>
              this.#deliver(payload.batch.topic, payload.batch.messages, () => eachBatch(payload)),
          }),
        }),
    })
  }

  async #deliver(topic: string, messages: KafkaMessage[], handler: () => Promise<void>): Promise<void> {
    if (topic !== 'account.events' || this.isMended) return handler()
    const ids = messages.flatMap(message => this.#spoil(message))
    for (const id of ids) {
      this.deliveries.add(id)
      this.mishaps.add(id)
    }
    let isMishap = false
    try {
      await handler()
    } catch (error) {
      isMishap = isInfrastructure(error)
      if (!isMishap) for (const id of ids) this.handedBack.add(id)
      throw error
    } finally {
      if (!isMishap) for (const id of ids) this.mishaps.add(id, -1)
    }
  }

  /** What has arrived unreadable once does so until it is mended. @returns the transfer's id, none for what is not ours */
  #spoil(message: KafkaMessage): string[] {
    const index = Number(message.offset)
    const [id, value] = [TRANSFERS[index]?.id, MESSAGES[index]?.value]
    if (id === undefined || value === undefined) return []
    const text = String(message.value)
    if (text === halfOf(value)) this.unreadable.add(id)
    else if (text !== value) return []
    if (this.unreadable.has(id)) message.value = Buffer.from(halfOf(value))
    return [id]
  }
}

/** As the fault `poison` leaves it. */
export function halfOf(value: string): string {
  return value.slice(0, Math.ceil(value.length / 2))
}

/** Whether it, or what it was made from, came from the database, from Kafka, or from the end of the process. */
function isInfrastructure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /^(Sqlite|KafkaJS|ProcessCrashed)/.test(error.name) || isInfrastructure(error.cause)
}
