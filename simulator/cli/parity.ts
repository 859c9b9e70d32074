/**
 * `parity`: the same orders in the simulator and on a real broker. Do they end with the same messages and rows?
 */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { seedSchema } from '#simulator/faults/plan.ts'
import { readNumber } from '#simulator/faults/query.ts'
import type { Flow } from '#simulator/live/parity/compare.ts'
import type { Parity, Task } from '#simulator/live/parity/parity.ts'
import { TOPICS } from '#simulator/shop/topics.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { EXIT_INTERRUPTED, untilInterrupted } from './interruption.ts'
import { readNorthwind } from './northwind.ts'
import { formatConclusion, formatIntroduction, formatParity, toJson } from './parity-report.ts'
import { createProgressLine, terminalWidth } from './terminal.ts'

interface ParityOptions {
  readonly data?: string
  readonly orders?: string
  readonly seed: string
  readonly broker?: string
  readonly fresh?: boolean
  readonly phased?: boolean
  readonly natural?: boolean
  readonly json?: boolean
}

const DEFAULT_ORDERS = 60
const ordersSchema = z
  .number({ error: 'should be a whole number from 1 to 2000' })
  .int('should be a whole number from 1 to 2000')
  .min(1, 'should be a whole number from 1 to 2000')
  .max(2_000, 'should be a whole number from 1 to 2000')

export function addParityCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('parity')
    .description('the same orders simulated and on a real broker, compared message by message')
    .option('--data <folder>', 'orders from CSV files in the Northwind layout')
    .option('--orders <number>', `how many to generate without --data (default ${DEFAULT_ORDERS})`)
    .option('--seed <number>', 'for the generated orders, and for latencies in the simulator', '1')
    .option('--broker <host:port>', 'a broker that runs; without it one of its own is started')
    .option('--fresh', 'with --broker: delete the messages that are in the topics there')
    .option('--phased', 'only in phases, so that every message has its one place')
    .option('--natural', 'only with all services at work at the same time')
    .option('--json', 'print one JSON object instead of text')
    .action(async (options: ParityOptions) => setExitCode(await compareWorlds(options)))
}

/** @returns the exit code: 0 when nothing differs and every guarantee holds in both */
async function compareWorlds(options: ParityOptions): Promise<number> {
  // KafkaJS and the services are loaded by this command only: every other one would wait for them in vain.
  const { measureParity } = await import('#simulator/live/parity/parity.ts')
  const { openPlace } = await import('#simulator/live/field/place.ts')
  const { name, task } = await readTask(options)
  const flows = readFlows(options)
  const progress = createProgressLine()
  const interruption = untilInterrupted()
  const startedAt = performance.now()
  const place = await openPlace({
    name: 'parity',
    topics: TOPICS,
    isFresh: options.fresh === true,
    ...(options.broker !== undefined && { address: options.broker }),
    onProgress: text => progress.show(`  ${text} …`),
  }).finally(() => progress.clear())
  const width = terminalWidth()
  const say = (text: string) => options.json === true || console.log(text)
  const parities: Parity[] = []
  try {
    say(formatIntroduction(name, task, place.title, width))
    for (const flow of flows) {
      const parity = await measureParity(flow, task, place, {
        onPhase: phase => progress.show(`  ${flow}: ${STAGES[phase] ?? phase} …`),
        signal: interruption.signal,
      })
      progress.clear()
      parities.push(parity)
      say(formatParity(parity, width))
    }
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED
    throw error
  } finally {
    progress.clear()
    await place.close()
    interruption.dispose()
  }
  const tookMs = performance.now() - startedAt
  if (options.json === true) console.log(JSON.stringify(toJson(name, task, parities, tookMs), null, 2))
  else say(formatConclusion(parities, tookMs, width))
  return parities.every(({ holds }) => holds) ? 0 : 1
}

/** What goes on, besides the phases, which have names of their own. */
const STAGES: Readonly<Record<string, string>> = {
  simulate: 'in the simulator',
  start: 'processes start',
  work: 'on the broker',
  products: 'on the broker, products are listed',
  orders: 'on the broker, orders are placed',
  payment: 'on the broker, payments is up',
  stock: 'on the broker, inventory is up',
  changes: 'on the broker, orders and prices change',
  rest: 'on the broker, waiting until nothing is left to do',
  redrive: 'on the broker, dead letters are redriven',
  judge: 'reading the log back',
}

async function readTask({ data: folder, orders, seed: seedText }: ParityOptions) {
  const { actsOf } = await import('#simulator/live/parity/acts.ts')
  const { generateActs } = await import('#simulator/live/parity/generated-acts.ts')
  const seed = readNumber('--seed', seedText, seedSchema)
  if (folder !== undefined && orders !== undefined) {
    throw new WorkbenchError(
      'bad-option',
      '--orders and --data exclude each other.',
      'Leave one of them out.',
    )
  }
  if (folder !== undefined) {
    const data = readNorthwind(folder)
    return { name: basename(folder), task: { data, acts: actsOf(data), seed } satisfies Task }
  }
  const count = orders === undefined ? DEFAULT_ORDERS : readNumber('--orders', orders, ordersSchema)
  return { name: 'generated', task: { ...generateActs(count, seed), seed } satisfies Task }
}

function readFlows({ phased, natural }: ParityOptions): Flow[] {
  if (phased === natural) return ['phased', 'natural']
  return [phased === true ? 'phased' : 'natural']
}
