/**
 * `chaos`: kills service processes and the broker while orders come in, and judges what has become of the orders.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import type { ChaosProgress } from '#simulator/live/chaos/chaos-run.ts'
import { createSchedule } from '#simulator/live/chaos/schedule.ts'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
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
  const { openChaosBroker } = await import('#simulator/live/chaos/chaos-broker.ts')
  const { runChaos } = await import('#simulator/live/chaos/chaos-run.ts')
  const progress = createProgressLine()
  const interruption = untilInterrupted(() => progress.show('  ending everything that was started …'))
  const startedAt = performance.now()
  let phase = ''
  let place: Awaited<ReturnType<typeof openChaosBroker>> | undefined
  try {
    place = await openChaosBroker({
      ...(options.broker !== undefined && { address: options.broker }),
      isFresh: options.fresh === true,
      isToBeKilled: run.brokerKills > 0,
      onProgress: text => progress.show(`  ${text} …`),
    })
    progress.clear()
    interruption.signal.throwIfAborted()
    console.log(formatPlan(run, schedule, place.title))
    const show = createProgress(progress, run)
    const result = await runChaos({
      ...run,
      ...place,
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
    line.show(`  ${text}`)
    if (process.stderr.isTTY || performance.now() - saidAt < LINE_EVERY_MS) return
    saidAt = performance.now()
    console.log(`  ${text}`)
  }
}

function readRun({ orders, everyMs, kills, brokerKills, seed, work }: ChaosOptions): ChaosRun {
  return {
    orders: readNumber('--orders', orders, 1, 100_000),
    everyMs: readNumber('--every-ms', everyMs, 1, 60_000),
    kills: readNumber('--kills', kills, 0, 1_000),
    brokerKills: readNumber('--broker-kills', brokerKills, 0, 100),
    seed:
      seed === undefined
        ? 1 + Math.floor(Math.random() * LARGEST_SEED)
        : readNumber('--seed', seed, 0, 2 ** 31 - 1),
    work: readWork(work),
  }
}

function readNumber(option: string, text: string, least: number, most: number): number {
  const read = z.coerce.number().int().min(least).max(most).safeParse(text)
  if (read.success && text.trim() !== '') return read.data
  throw new WorkbenchError(
    'wrong-number',
    `${option} should be a whole number from ${formatCount(least)} to ${formatCount(most)}, but is "${text}".`,
    'See npm run chaos -- --help.',
  )
}
