/**
 * `check`: judges answers to exercises under every plan, or under one that was given.
 */
import type { Command } from 'commander'
import type { Desk, Report } from '#simulator/desk/desk.ts'
import type { Exercise } from '#simulator/desk/exercise.ts'
import type { JudgeOptions } from '#simulator/explore/judge.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { toCheckJson } from './check-json.ts'
import { checkPlan } from './check-plan.ts'
import { formatCheck } from './check-report.ts'
import { formatSummary, formatSummaryLine } from './check-summary.ts'
import { type Target, watchExercises } from './check-watch.ts'
import { chooseAnswer, chooseExercises } from './choose-exercise.ts'
import { type DeskFlags, openDeskFor, readJudgeOptions } from './desk-options.ts'
import { judgeAnswer } from './judging.ts'
import { stepsAfter } from './next-steps.ts'
import { terminalWidth } from './terminal.ts'

interface CheckOptions extends DeskFlags {
  readonly answer: string
  readonly watch?: boolean
  readonly json?: boolean
  readonly plan?: string
  readonly broker?: string
  readonly fresh?: boolean
}

export function addCheckCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('check')
    .description('judge your answer to an exercise, to several, or to all')
    .argument('[exercises...]', 'numbers or names; all of them unless told')
    .option('--watch', 'judge again whenever a file is saved')
    .option('--json', 'print one JSON object a line for each exercise instead of text')
    .option(
      '--plan <plan>',
      "run only this plan, such as 'seed=1&fault=…' from a report, or a JSON plan file",
    )
    .option(
      '--broker <host:port>',
      'run it on a real broker, in real time, under what can be done to it there',
    )
    .option('--fresh', 'with --broker: delete the messages that are in the topics there')
    .option('--answer <which>', 'yours, starter, solution, the name of a mistake, or a file', 'yours')
    .option('--all', 'go on after the first failures, through pairs and samples')
    .option('--thorough', 'try every pair of faults and 500 larger plans, however long it takes')
    .option('--samples <number>', 'how many larger plans to sample (default 60)')
    .option('--seed <number>', 'for latencies and for what is sampled (default 1)')
    .option('--workers <number>', 'how many processes run plans (default: one a core, at most 4)')
    .option('--hard-limit <duration>', 'real time that a single step may take (default 2s)')
    .action(async (wanted: string[], options: CheckOptions) => setExitCode(await check(wanted, options)))
}

/** @returns the exit code: 0 when everything that was judged holds */
async function check(wanted: readonly string[], options: CheckOptions): Promise<number> {
  refuseContradictions(options)
  const exercises = await chooseExercises(wanted)
  if (options.plan !== undefined) {
    if (wanted.length !== 1 || exercises.length !== 1)
      throw new WorkbenchError(
        'bad-option',
        '--plan is for one exercise.',
        "Name it, as in npm run check 12 -- --plan 'seed=1'.",
      )
    return checkPlan(exercises[0]!, options.plan, options)
  }
  if (options.broker !== undefined) {
    if (wanted.length !== 1 || exercises.length !== 1)
      throw new WorkbenchError(
        'bad-option',
        '--broker is for one exercise.',
        'Name it, as in npm run check 12 -- --broker 127.0.0.1:9092.',
      )
    const [exercise] = exercises
    const answer = chooseAnswer(exercise!, options.answer)
    const { checkOnBroker } = await import('./check-broker.ts')
    return checkOnBroker(exercise!, answer, options.broker, options.fresh === true)
  }
  const judgeOptions = readJudgeOptions(options)
  const targets = exercises.map(exercise => ({ exercise, answer: chooseAnswer(exercise, options.answer) }))
  const desk = openDeskFor(options)
  try {
    if (options.watch === true) return await watchExercises(desk, targets, judgeOptions)
    if (options.json !== true && targets.length > 1) return await checkMany(desk, targets, judgeOptions)
    let holds = true
    for (const { exercise, answer } of targets) {
      const report = await judgeAnswer(desk, exercise, answer, judgeOptions)
      holds &&= report.holds
      console.log(
        options.json === true ? JSON.stringify(toCheckJson(exercise, report)) : format(exercise, report),
      )
    }
    return holds ? 0 : 1
  } finally {
    desk.close()
  }
}

function format(exercise: Exercise, report: Report): string {
  return `${formatCheck(exercise, report, { width: terminalWidth(), next: stepsAfter(exercise, report) })}\n`
}

/** A line each; the whole story is for one at a time. */
async function checkMany(desk: Desk, targets: readonly Target[], options: JudgeOptions): Promise<number> {
  const reports: Report[] = []
  const width = terminalWidth()
  for (const { exercise, answer } of targets) {
    const report = await judgeAnswer(desk, exercise, answer, options)
    reports.push(report)
    console.log(formatSummaryLine(exercise, report, width))
  }
  console.log(
    `\n${formatSummary(
      targets.map(({ exercise }) => exercise),
      reports,
      width,
    )}\n`,
  )
  return reports.every(({ holds }) => holds) ? 0 : 1
}

function refuseContradictions({ watch, json, plan, broker }: CheckOptions): void {
  const given = [
    ...(broker === undefined ? [] : ['--broker']),
    ...(watch === true ? ['--watch'] : []),
    ...((watch === true || broker !== undefined) && json === true ? ['--json'] : []),
    ...((watch === true || broker !== undefined) && plan !== undefined ? ['--plan'] : []),
  ]
  if (given.length < 2) return
  throw new WorkbenchError(
    'bad-option',
    `${given[0]} and ${given[1]} exclude each other.`,
    'Leave one of them out.',
  )
}
