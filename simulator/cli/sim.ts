/**
 * `sim` and `replay`: one run of the shop.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import { splitExercisePlan } from '#simulator/explore/exercise-plan.ts'
import { parseFault, seedSchema } from '#simulator/faults/plan.ts'
import { readNumber } from '#simulator/faults/query.ts'
import {
  DEFAULT_ORDERS,
  ordersSchema,
  type RunSpec,
  readRunSpec,
  writeRunSpec,
} from '#simulator/shop/run-spec.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { checkPlan } from './check-plan.ts'
import { chooseExercise } from './choose-exercise.ts'
import { isPlanFile, readPlanFile } from './plan-file.ts'
import { formatReport } from './report.ts'
import { startSimulator, type Work } from './simulator-process.ts'
import type { SimResult } from './tasks.ts'
import { createProgressLine, formatCount, formatTime, terminalWidth } from './terminal.ts'

interface RunOptions {
  trace?: string
  diagram?: string
  order?: string
  story?: string
  readModels?: string
  json?: boolean
  work: string
  hardLimit: string
  maxSteps?: string
  maxVirtualTime?: string
}

interface SimOptions extends RunOptions {
  fault: string[]
  seed?: string
  orders?: string
  data?: string
}

/** Below this many orders every read model is sampled often enough to draw its drift; beyond, sampling would cost more than the run. */
const OBSERVED_ORDERS = 2000
const OBSERVE_EVERY_MS = 250

export function addSimCommands(program: Command, setExitCode: (code: number) => void): void {
  addRunOptions(
    program
      .command('sim')
      .description('one run of the shop under the faults you name')
      .option(
        '--fault <fault>',
        'a fault in short form, such as down:search@2s+30s, or a JSON plan file (repeatable)',
        (fault: string, faults: string[]) => [...faults, fault],
        [] as string[],
      )
      .option('--seed <number>', 'for latencies and every other chance (default 1)')
      .option('--orders <number>', `how many orders to generate (default ${DEFAULT_ORDERS})`)
      .option('--data <folder>', 'take the orders from CSV files in the Northwind layout'),
  ).action(async (options: SimOptions) => setExitCode(await runOnce(readSimSpec(options), options)))

  addRunOptions(
    program
      .command('replay')
      .description('a printed run again')
      .argument(
        '<plan>',
        "what a run printed, such as 'shop?orders=12&seed=1&fault=…' or '12?seed=1&fault=…', or a JSON plan file",
      ),
  ).action(async (text: string, options: RunOptions) => setExitCode(await replay(text, options)))
}

/** A plan that begins with an exercise's number is run against the student's answer to it. */
async function replay(text: string, options: RunOptions): Promise<number> {
  const ofExercise = splitExercisePlan(text)
  if (ofExercise === undefined) return runOnce(readReplaySpec(text), options)
  const [given] = ONLY_FOR_THE_SHOP.filter(([name]) => options[name] !== undefined)
  if (given !== undefined) {
    throw new WorkbenchError(
      'bad-option',
      `${given[1]} is for runs of the shop, and this is a plan for exercise ${ofExercise.exercise}.`,
      'Leave it out.',
    )
  }
  return checkPlan(await chooseExercise(ofExercise.exercise), ofExercise.query, {
    answer: 'yours',
    hardLimit: options.hardLimit,
    ...(options.json === true ? { json: true } : {}),
  })
}

const ONLY_FOR_THE_SHOP = [
  ['trace', '--trace'],
  ['diagram', '--diagram'],
  ['order', '--order'],
  ['story', '--story'],
  ['readModels', '--read-models'],
  ['maxSteps', '--max-steps'],
  ['maxVirtualTime', '--max-virtual-time'],
] as const

function addRunOptions(command: Command): Command {
  return command
    .option('--trace <file>', 'write the trace as NDJSON')
    .option('--diagram <file>', 'write a Mermaid sequence diagram of one order')
    .option('--order <id>', 'the order for the diagram (default: the first that went wrong, else the first)')
    .option('--read-models <file>', 'write the final rows of all read models as JSON')
    .option('--story <id>', 'tell what happened to one order, line by line')
    .option('--json', 'print one JSON object instead of text')
    .option('--work <which>', 'solutions or exercises', 'solutions')
    .option('--hard-limit <seconds>', 'real time that a single step may take', '10')
    .option('--max-steps <number>', 'steps after which a run counts as never settling')
    .option('--max-virtual-time <seconds>', 'virtual time after which a run counts as never settling')
}

function readSimSpec(options: SimOptions): RunSpec {
  let seed = options.seed === undefined ? undefined : readNumber('--seed', options.seed, seedSchema)
  const faults = options.fault.flatMap(text => {
    if (!isPlanFile(text)) return [parseFault(text, '--fault', SHOP_TARGETS)]
    const plan = readPlanFile(text, SHOP_TARGETS)
    seed ??= plan.seed
    return plan.faults
  })
  if (options.data !== undefined && options.orders !== undefined) {
    throw new WorkbenchError(
      'bad-option',
      '--orders and --data exclude each other.',
      'Leave one of them out.',
    )
  }
  return {
    plan: { seed: seed ?? 1, faults },
    orders:
      options.orders === undefined ? DEFAULT_ORDERS : readNumber('--orders', options.orders, ordersSchema),
    ...(options.data === undefined ? {} : { data: options.data }),
  }
}

function readReplaySpec(text: string): RunSpec {
  if (isPlanFile(text)) return { plan: readPlanFile(text, SHOP_TARGETS), orders: DEFAULT_ORDERS }
  return readRunSpec(text)
}

const positive = z.number({ error: 'should be a positive number' }).positive('should be a positive number')
const stepsSchema = z
  .number({ error: 'should be a whole number from 1' })
  .int('should be a whole number from 1')
  .min(1, 'should be a whole number from 1')

export function readWork(text: string): Work {
  if (text === 'solutions' || text === 'exercises') return text
  throw new WorkbenchError(
    'bad-option',
    `--work is solutions or exercises, not "${text}".`,
    'Correct it and run the command again.',
  )
}

export function readHardLimitMs(text: string): number {
  return readNumber('--hard-limit', text, positive) * 1000
}

/** @returns the exit code: 0 when every guarantee holds */
async function runOnce(spec: RunSpec, options: RunOptions): Promise<number> {
  const work = readWork(options.work)
  const hardLimitMs = readHardLimitMs(options.hardLimit)
  const simulator = startSimulator(work, hardLimitMs)
  const progress = createProgressLine()
  try {
    const result = await simulator.run(
      {
        spec,
        observeEveryMs: spec.data === undefined && spec.orders > OBSERVED_ORDERS ? 0 : OBSERVE_EVERY_MS,
        ...(options.trace === undefined ? {} : { trace: options.trace }),
        ...(options.diagram === undefined ? {} : { diagram: options.diagram }),
        ...(options.order === undefined ? {} : { subject: options.order }),
        ...(options.readModels === undefined ? {} : { readModels: options.readModels }),
        ...(options.story === undefined ? {} : { story: options.story }),
        ...(options.maxSteps === undefined
          ? {}
          : { maxSteps: readNumber('--max-steps', options.maxSteps, stepsSchema) }),
        ...(options.maxVirtualTime === undefined
          ? {}
          : { maxVirtualMs: readNumber('--max-virtual-time', options.maxVirtualTime, positive) * 1000 }),
      },
      ({ orders, virtualMs, steps }) =>
        progress.show(
          `${formatCount(orders)} orders, ${formatTime(virtualMs)} of virtual time, ${formatCount(steps)} records`,
        ),
    )
    progress.clear()
    console.log(
      options.json === true
        ? JSON.stringify(toJson(spec, result), null, 2)
        : formatReport(spec, result, terminalWidth()),
    )
    return result.holds ? 0 : 1
  } finally {
    progress.clear()
    simulator.close()
  }
}

/** What `--json` prints: the numbers that matter first, the whole summary behind them; null for a run that could not be judged. */
function toJson(spec: RunSpec, result: SimResult): object {
  const { summary } = result
  return {
    orders: summary?.orders.accepted ?? null,
    units: summary?.units ?? null,
    revenueCents: summary?.revenueCents ?? null,
    events: summary?.events ?? null,
    traceHash: result.traceHash,
    holds: result.holds,
    violations: result.violations,
    ...(result.trouble === undefined ? {} : { trouble: result.trouble }),
    plan: writeRunSpec(spec),
    steps: result.steps,
    records: result.records,
    virtualMs: result.virtualMs,
    healedAtMs: result.healedAtMs,
    realMs: Math.round(result.realMs),
    ...(result.story === undefined ? {} : { story: result.story.split('\n') }),
    summary,
  }
}
