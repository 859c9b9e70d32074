/**
 * What happens around a handler: KafkaJS calls what is made here, and this calls the user's handler, or does what a fault demands.
 */
import type { EachBatchHandler, EachBatchPayload, EachMessageHandler, KafkaMessage } from 'kafkajs'
import { THROWN } from '#simulator/world/errors.ts'
import type { Fault, ProcessHandle, Runtime, Strike } from '#simulator/world/runtime.ts'
import type { Broker } from './broker.ts'
import type { ClientLink } from './client-link.ts'
import type { PartitionLog } from './partition-log.ts'
import { unreadable } from './poison.ts'
import type { DeliverRecord, HandledRecord } from './records.ts'

/** What can strike a `deliver`, besides a crash. */
export const DELIVER_FAULTS = ['duplicate', 'hold', 'poison', 'error', 'rebalance'] as const

const DAY_MS = 86_400_000
const DEFAULT_HOLD_MS = 5_000
const DEFAULT_SLOW_MS = 1_000
/** How long an expelled member goes on after its partition has gone to another. */
const OVERLAP_MS = 100

/** One message, or the messages of one batch, on their way to a handler. */
interface Delivery {
  readonly log: PartitionLog
  readonly messages: readonly KafkaMessage[]
  readonly label: string
  /** Calls the user's handler; with these messages instead of its own, if given. */
  call(copies?: KafkaMessage[]): Promise<void>
  /** How far the handler got: messages from this offset on were not handled if it failed. */
  handledUpTo(): number
  /** Makes KafkaJS take nothing of it for handled. */
  putBack(): void
}

export class Deliveries {
  readonly #runtime: Runtime
  readonly #held = new Set<Strike>()

  constructor(
    readonly broker: Broker,
    readonly link: ClientLink,
    readonly groupId: string,
    /** Whether several partitions are handled at a time: then every delivery needs a step of its own, to keep subjects apart. */
    readonly concurrent: boolean,
  ) {
    this.#runtime = broker.runtime
  }

  eachMessage(handler: EachMessageHandler): EachMessageHandler {
    return payload => {
      const { message } = payload
      const log = this.broker.topics.log(payload.topic, payload.partition)
      return this.#deliver({
        log,
        messages: [message],
        label: this.#labelOf(log, message),
        call: copies => handler(copies === undefined ? payload : { ...payload, message: copies[0]! }),
        handledUpTo: () => Number(message.offset),
        putBack: () => {
          // KafkaJS resolves the offset of the message it called with, plus one.
          message.offset = String(this.#heldOffset(log, message) - 1)
        },
      })
    }
  }

  eachBatch(handler: EachBatchHandler): EachBatchHandler {
    return payload => {
      const { batch } = payload
      const log = this.broker.topics.log(batch.topic, batch.partition)
      const first = batch.messages[0]!
      let handledUpTo = Number(first.offset)
      const observed: EachBatchPayload = {
        ...payload,
        resolveOffset: offset => {
          handledUpTo = Math.max(handledUpTo, Number(offset) + 1)
          payload.resolveOffset(offset)
        },
      }
      return this.#deliver({
        log,
        messages: batch.messages,
        label: this.#labelOf(log, first),
        call: copies => handler(copies === undefined ? observed : withMessages(observed, copies)),
        handledUpTo: () => handledUpTo,
        putBack: () => {
          const before = String(Number(first.offset) - 1)
          const lastOffset = () => before
          batch.lastOffset = lastOffset
        },
      })
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const runtime = this.#runtime
    const process = runtime.current
    if (this.concurrent && process !== undefined) await this.#sleep(0)
    if (this.#isHeld(delivery)) {
      delivery.putBack()
      return
    }
    const strike = this.#visit(delivery, process)
    if (strike === undefined) return never()
    const hold = faultOf(strike, 'hold')
    if (hold !== undefined && this.#hold(delivery, strike, hold, process)) return
    const poison = faultOf(strike, 'poison')
    if (poison !== undefined) this.broker.poison.spoil(this.groupId, delivery.label, poison)
    this.#spoil(delivery, process)
    if (faultOf(strike, 'rebalance') !== undefined) this.broker.groups.forceRebalance(this.groupId)
    await this.#handleAsPlanned(delivery, process, strike)
    runtime.context.subject = ''
  }

  /** A message on hold comes back on the visit that found the hold: it is the same delivery, only later. */
  #visit(delivery: Delivery, process: ProcessHandle | undefined): Strike | undefined {
    const { groupId } = this
    const held = this.broker.holds.get(groupId, delivery.log)
    if (
      held !== undefined &&
      held.process === process &&
      held.offset === Number(delivery.messages[0]!.offset)
    ) {
      this.broker.holds.end(groupId, delivery.log)
      return held.strike
    }
    this.#enter(delivery, 0)
    try {
      const strike = this.#runtime.visit('deliver', delivery.label, DELIVER_FAULTS)
      this.#runtime.leave(strike)
      if (process?.paused === true) this.broker.groups.suspect(member => member.process === process)
      return strike
    } catch (error) {
      if (process?.alive === false) return undefined
      throw error
    }
  }

  /** @returns false when this visit has been held already */
  #hold(delivery: Delivery, strike: Strike, fault: Fault, process: ProcessHandle | undefined): boolean {
    if (this.#held.has(strike)) return false
    this.#held.add(strike)
    const { holds, fetches } = this.broker
    const byMs = fault.by ?? DEFAULT_HOLD_MS
    const untilMs = this.#runtime.now() + byMs
    const offset = Number(delivery.messages[0]!.offset)
    holds.begin(this.groupId, delivery.log, { offset, untilMs, strike, process })
    this.#runtime.schedule(byMs, () => fetches.wake([delivery.log]), { owner: null, idle: false })
    delivery.putBack()
    return true
  }

  /** The rest of a batch whose earlier message is on hold waits with it. */
  #isHeld({ log, messages }: Delivery): boolean {
    const hold = this.broker.holds.get(this.groupId, log)
    return (
      hold !== undefined && this.#runtime.now() < hold.untilMs && Number(messages[0]!.offset) >= hold.offset
    )
  }

  #heldOffset(log: PartitionLog, message: KafkaMessage): number {
    return this.broker.holds.get(this.groupId, log)?.offset ?? Number(message.offset)
  }

  #spoil({ log, messages }: Delivery, process: ProcessHandle | undefined): void {
    const all = process !== undefined && this.#runtime.active('poison', process.service) !== undefined
    for (const message of messages) {
      if (all || this.broker.poison.isSpoilt(this.groupId, this.#labelOf(log, message))) {
        message.value = unreadable(message.value)
      }
    }
  }

  /** Calls the handler: once, or as often and in the manner a fault demands. */
  async #handleAsPlanned(
    delivery: Delivery,
    process: ProcessHandle | undefined,
    strike: Strike,
  ): Promise<void> {
    const error = faultOf(strike, 'error')
    const duplicate = faultOf(strike, 'duplicate')
    if (duplicate === undefined) {
      await this.#handle(delivery, process, error)
      return this.#leaveHandler(delivery, process) ? undefined : never()
    }
    const { when = 'at-once' } = duplicate
    const copies = delivery.messages.map(copyOf)
    if (when === 'concurrently') {
      const calls = [
        this.#handle(delivery, process, error),
        this.#handle(delivery, process, undefined, copies),
      ]
      const failed = (await Promise.allSettled(calls)).find(call => call.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    } else {
      await this.#handle(delivery, process, error)
      if (when === 'at-once') await this.#handle(delivery, process, undefined, copies)
    }
    if (!this.#leaveHandler(delivery, process)) return never()
    return this.#betweenHandlerAndCommit(delivery, process, duplicate)
  }

  /** Calls the handler once and records what came of it. @throws what it threw */
  async #handle(
    delivery: Delivery,
    process: ProcessHandle | undefined,
    error: Fault | undefined,
    copies?: KafkaMessage[],
  ): Promise<void> {
    const runtime = this.#runtime
    const cause = this.#recordDelivery(delivery)
    const done = runtime.busy(delivery.label)
    try {
      const slow = process === undefined ? undefined : runtime.active('slow', process.service)
      if (slow !== undefined) await this.#sleep(slow.by ?? DEFAULT_SLOW_MS)
      this.#enter(delivery, cause)
      if (error !== undefined) throw new Error(`the handler of ${delivery.label} failed, as the plan says`)
      await delivery.call(copies)
    } catch (thrown) {
      done()
      if (process?.alive === false) return never()
      this.#enter(delivery, cause)
      this.#recordHandled(delivery, cause, thrown)
      throw thrown
    }
    done()
    if (process?.alive === false) return never()
    this.#enter(delivery, cause)
    this.#recordHandled(delivery, cause, undefined)
  }

  /**
   * Where most duplicates come from: the work is done, the offset is not committed.
   * @returns false when the process died here
   */
  #leaveHandler(delivery: Delivery, process: ProcessHandle | undefined): boolean {
    try {
      this.#runtime.leave(this.#runtime.visit('handled', delivery.label))
      return true
    } catch (error) {
      if (process?.alive === false) return false
      throw error
    }
  }

  /** Hands the message out a second time, by whatever brings that about. */
  async #betweenHandlerAndCommit(
    delivery: Delivery,
    process: ProcessHandle | undefined,
    duplicate: Fault,
  ): Promise<void> {
    const runtime = this.#runtime
    const { groups } = this.broker
    const { when } = duplicate
    if (when === 'after-restart' && process !== undefined) {
      runtime.crash(process, 'duplicate after-restart')
      return never()
    }
    if (when === 'other-owner') {
      groups.expel(this.groupId, this.link.memberId)
      // As if this handler had outlived its session: meanwhile the others, if any, share its partitions out and go on.
      if ((groups.get(this.groupId)?.members.size ?? 0) > 0) {
        const owner = process ?? null
        await new Promise<void>(resolve => {
          groups.onceSettled(this.groupId, () =>
            runtime.schedule(OVERLAP_MS, resolve, { owner, idle: false }),
          )
        })
      }
    }
    if (when === 'later') {
      const { topic, partition } = delivery.log
      const offset = Number(delivery.messages[0]!.offset)
      const rewind = () => groups.rewind(this.groupId, topic, partition, offset)
      runtime.schedule(duplicate.by ?? DAY_MS, rewind, { owner: null, idle: false })
    }
  }

  #recordDelivery({ log, messages }: Delivery): number {
    const { delivered } = this.broker.groups.groupOf(this.groupId)
    let seq = 0
    for (const message of messages) {
      const offset = Number(message.offset)
      const highest = delivered.get(log) ?? -1
      const record: DeliverRecord = {
        kind: 'kafka.deliver',
        topic: log.topic,
        partition: log.partition,
        offset,
        group: this.groupId,
        member: this.link.memberId ?? '',
        label: this.#labelOf(log, message),
        redelivery: offset <= highest,
      }
      if (offset > highest) delivered.set(log, offset)
      const recorded = this.#runtime.record(record, { cause: log.at(offset)?.seq ?? 0, detached: true })
      if (seq === 0) seq = recorded
    }
    return seq
  }

  #recordHandled(delivery: Delivery, cause: number, thrown: unknown): void {
    const { log, messages } = delivery
    const failedFrom = thrown === undefined ? Number.POSITIVE_INFINITY : delivery.handledUpTo()
    messages.forEach((message, index) => {
      const offset = Number(message.offset)
      const record: HandledRecord = {
        kind: 'kafka.handled',
        topic: log.topic,
        partition: log.partition,
        offset,
        group: this.groupId,
        label: this.#labelOf(log, message),
        ok: offset < failedFrom,
        ...(offset < failedFrom ? {} : { error: describe(thrown), [THROWN]: thrown }),
      }
      this.#runtime.record(record, {
        cause: cause === 0 ? 0 : cause + index,
        effect: false,
        detached: true,
      })
    })
  }

  #enter({ label }: Delivery, cause: number): void {
    this.#runtime.context.subject = label
    this.#runtime.context.cause = cause
  }

  #labelOf(log: PartitionLog, message: KafkaMessage): string {
    return log.at(Number(message.offset))?.label ?? `${log.topic}-${log.partition}@${message.offset}`
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise(resolve => this.#runtime.schedule(delayMs, resolve, { idle: false }))
  }
}

export function faultOf(strike: Strike, kind: string): Fault | undefined {
  if (strike.faults.length === 0) return undefined
  return strike.faults.find(fault => fault.kind === kind)
}

/** The texts of these errors are the engine's and differ between versions; their names do not. */
const ENGINE_ERRORS = ['SyntaxError', 'TypeError', 'RangeError', 'ReferenceError']

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return ENGINE_ERRORS.includes(thrown.name) ? thrown.name : `${thrown.name}: ${thrown.message}`
}

function copyOf(message: KafkaMessage): KafkaMessage {
  return {
    ...message,
    key: message.key === null ? null : Buffer.from(message.key),
    value: message.value === null ? null : Buffer.from(message.value),
  }
}

/** The same batch, methods included, with other messages. */
function withMessages(payload: EachBatchPayload, messages: KafkaMessage[]): EachBatchPayload {
  return { ...payload, batch: Object.create(payload.batch, { messages: { value: messages } }) }
}

/** The rest of a process that has just died never happens. */
function never<T>(): Promise<T> {
  return new Promise(() => {})
}
