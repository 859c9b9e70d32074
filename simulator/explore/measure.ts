/**
 * Measures a run for the failure table: how long messages waited, and what was left unread.
 */
import type { Plan } from '#simulator/faults/plan.ts'
import type { SimulateOptions } from '#simulator/scenario/simulate.ts'
import { type GroupLag, lag } from '#simulator/trace/lag.ts'
import type { Check, SlotModule } from './check.ts'
import { runPlan } from './run-plan.ts'

export interface Measurement {
  /** The longest that a message has waited, in one go, to be read and committed; undefined when there is no consumer group. */
  readonly wait?: { readonly group: string; readonly forMs: number }
  /** Where consumer groups stand at the end with messages left: the offset each would read next. */
  readonly unread: readonly UnreadPartition[]
}

export interface UnreadPartition {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly messages: number
}

/**
 * Executes the plan once more, this time with a trace. What could not be judged has waited for nobody and left nothing.
 *
 * Waiting is measured as lag is, by what a group commits: a group that has never been there yet has none.
 */
export async function measurePlan(
  check: Check,
  load: () => SlotModule,
  plan: Plan,
  options: SimulateOptions = {},
): Promise<Measurement> {
  let measurement: Measurement = { unread: [] }
  await runPlan(check, load, plan, false, {
    ...options,
    folds: [lag],
    inspect(evidence) {
      const { t, groups } = evidence.fold(lag)
      const [longest] = [...groups.values()]
        .map(group => ({ group: group.group, forMs: longestWaitMs(group, t) }))
        .sort((left, right) => right.forMs - left.forMs)
      const unread = [...groups.keys()].flatMap(group =>
        evidence
          .lag(group)
          .filter(({ messages }) => messages > 0)
          .map(({ topic, partition, messages }) => {
            let end = 0
            for (const message of evidence.messages(topic))
              if (message.partition === partition) end = message.offset + 1
            return { group, topic, partition, offset: end - messages, messages }
          }),
      )
      measurement = { ...(longest === undefined ? {} : { wait: longest }), unread }
    },
  })
  return measurement
}

/**
 * Counted from when its partition last had nothing unread: a message that is read again a day later, because the offset
 * was set back, is a day old but has not waited for a day.
 */
function longestWaitMs({ partitions }: GroupLag, endMs: number): number {
  let longestMs = 0
  for (const { steps } of partitions.values()) {
    let behindSinceMs = 0
    for (const [index, { t, oldestAt }] of steps.entries()) {
      if (oldestAt === null) continue
      if (steps[index - 1]?.oldestAt == null) behindSinceMs = t
      const untilMs = steps[index + 1]?.t ?? endMs
      longestMs = Math.max(longestMs, untilMs - Math.max(oldestAt, behindSinceMs))
    }
  }
  return longestMs
}
