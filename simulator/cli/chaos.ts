/**
 * `chaos`: kills service processes and the broker while orders come in, and judges what has become of the orders.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import { seedSchema } from '#simulator/faults/plan.ts'
import { readNumber } from '#simulator/faults/query.ts'
import type { ChaosProgress } from '#simulator/live/chaos/chaos-run.ts'
import { createSchedule } from '#simulator/live/chaos/schedule.ts'
import type { Place } from '#simulator/live/field/place.ts'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { type ChaosRun, formatPlan, formatResult } from './chaos-report.ts'
import { EXIT_INTERRUPTED, untilInterrupted } from './interruption.ts'
import { readWork } from './sim.ts'
import { createProgressLine, formatCount, formatTime } from './terminal.ts'

interface ChaosOptions {
  readonly orders: string
  readonly everyMs: string
  readonly kills: string
  readonly brokerKills: string
  readonly seed?: string
  readonly broker?: string
  readonly fresh?: boolean
  readonly work: string
  readonly logs?: string
}

const LARGEST_SEED = 999_999
/** Where nobody looks at a terminal, a line now and then says that it goes on. */
const LINE_EVERY_MS = 15_000
/** A line that does not fit cannot be written over. */
const LONGEST_LINE = 200

export function addChaosCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('chaos')
    .description('service processes and the broker are killed while orders come in: what is lost?')
    .option('--orders <number>', 'how many', '2000')
    .option('--every-ms <number>', 'milliseconds between two orders', '150')
    .option('--kills <number>', 'how often some service process is killed', '20')
    .option('--broker-kills <number>', 'how often the broker is killed', '5')
    .option('--seed <number>', 'of an earlier run: the same kills and the same orders')
    .option('--broker <host:port>', 'that one; without it one of its own is started')
    .option('--fresh', 'with --broker: delete the messages that are in the topics there')
    .option('--work <which>', 'solutions or exercises', 'solutions')
    .option('--logs <folder>', 'keep the structured logs of all processes')
    .action(async (options: ChaosOptions) => setExitCode(await chaos(options)))
}

async function chaos(options: ChaosOptions): Promise<number> {
  const run = readRun(options)
  const schedule = createSchedule({
    seed: run.seed,
    services: SERVICE_NAMES,
    kills: run.kills,
    brokerKills: run.brokerKills,
    workloadMs: run.orders * run.everyMs,
  })
  // KafkaJS is loaded by this command only: every other one would wait for it in vain.
  const { findOwnBroker } = await import('#simulator/live/field/own-broker.ts')
  const { openPlace } = await import('#simulator/live/field/place.ts')
  const { runChaos } = await import('#simulator/live/chaos/chaos-run.ts')
  if (options.broker !== undefined && run.brokerKills > 0 && findOwnBroker(options.broker) === undefined)
    throw notOurs(options.broker)
  const progress = createProgressLine()
  const interruption = untilInterrupted(() => progress.show('  ending everything that was started …'))
  const startedAt = performance.now()
  let phase = ''
  let place: Place | undefined
  try {
    place = await openPlace({
      name: 'chaos',
      topics: TOPICS,
      isFresh: options.fresh === true,
      ...(options.broker !== undefined && { address: options.broker }),
      onProgress: text => progress.show(`  ${text} …`),
    })
    progress.clear()
    interruption.signal.throwIfAborted()
    console.log(formatPlan(run, schedule, place.title))
    const show = createProgress(progress, run)
    const result = await runChaos({
      ...run,
      place,
      schedule,
      signal: interruption.signal,
      ...(options.logs !== undefined && { logs: options.logs }),
      onPhase(next) {
        phase = PHASES[next] ?? next
        if (!interruption.signal.aborted) progress.show(`  ${phase} …`)
      },
      onProgress: now => interruption.signal.aborted || show(phase, now),
    })
    progress.clear()
    console.log(formatResult(run, result, performance.now() - startedAt))
    return result.holds ? 0 : 1
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED
    throw error
  } finally {
    await place?.close()
    progress.clear()
    interruption.dispose()
  }
}

const PHASES: Readonly<Record<string, string>> = {
  start: 'processes start',
  work: 'orders are placed',
  rest: 'waiting until nothing is left to do',
  redrive: 'dead letters are redriven',
  judge: 'reading the log back',
}

function notOurs(address: string): WorkbenchError {
  return new WorkbenchError(
    'not-our-broker',
    `The broker at ${address} was not started with npm run broker, so it is not killed.`,
    'Leave it alone with --broker-kills 0, or leave --broker away: then one is started for this run.',
  )
}

function createProgress(line: ReturnType<typeof createProgressLine>, run: ChaosRun) {
  let saidAt = 0
  return (phase: string, { elapsedMs, accepted, kills, brokerKills, lag }: ChaosProgress) => {
    const text = [
      formatTime(elapsedMs),
      phase,
      `${formatCount(accepted)} of ${formatCount(run.orders)} orders accepted`,
      `${kills} of ${run.kills} kills`,
      `${brokerKills} of ${run.brokerKills} of the broker`,
      lag === undefined ? 'the broker does not answer' : `${formatCount(lag)} messages behind`,
    ].join(' · ')
    line.show(`  ${text}`.slice(0, (process.stderr.columns ?? LONGEST_LINE) - 1))
    if (process.stderr.isTTY || performance.now() - saidAt < LINE_EVERY_MS) return
    saidAt = performance.now()
    console.log(`  ${text}`)
  }
}

function readRun({ orders, everyMs, kills, brokerKills, seed, work }: ChaosOptions): ChaosRun {
  return {
    orders: readNumber('--orders', orders, wholeNumber(1, 100_000)),
    everyMs: readNumber('--every-ms', everyMs, wholeNumber(1, 60_000)),
    kills: readNumber('--kills', kills, wholeNumber(0, 1_000)),
    brokerKills: readNumber('--broker-kills', brokerKills, wholeNumber(0, 100)),
    seed: seed === undefined ? inventSeed() : readNumber('--seed', seed, seedSchema),
    work: readWork(work),
  }
}

function wholeNumber(least: number, most: number): z.ZodType<number> {
  const message = `should be a whole number from ${formatCount(least)} to ${formatCount(most)}`
  return z.number({ error: message }).int(message).min(least, message).max(most, message)
}

/** Short enough to be told to somebody. */
function inventSeed(): number {
  return 1 + Math.floor(Math.random() * LARGEST_SEED)
}
