/**
 * `table`: the failure table of an exercise, or of the whole order flow, every number in it measured by running.
 *
 * `--format json` prints for an exercise `{ exercise, goal, answers: [{ name, file, refused? }], rows: [{ family, title,
 * cells }] }` with one cell for each answer: `{ kind, text, short, plans, broken, outcomes, outcome?, amount?, lagMs?,
 * example? }`, where `example` is `{ plan, message, command }` (see Cell in explore/table-cell.ts). For the flow see FlowTable in
 * table-flow.ts. Shapes grow by new fields only.
 */
import type { Command } from 'commander'
import { replayCommand } from '#simulator/explore/exercise-plan.ts'
import type { FailureTable } from '#simulator/explore/table.ts'
import { nearest } from '#simulator/faults/nearest.ts'
import { isAsPromised } from '#simulator/shop/flow-table.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { chooseExercise } from './choose-exercise.ts'
import { readHardLimitMs } from './sim.ts'
import { answersFor, measureTable } from './table-exercise.ts'
import { measureFlow } from './table-flow.ts'
import { formatFlow, formatFlowBlocks } from './table-flow-terminal.ts'
import { documentExercise, documentFlow } from './table-markdown.ts'
import { formatLegend, formatPlans, formatRefusals, formatTable } from './table-terminal.ts'
import { createProgressLine, formatTime, style, terminalWidth } from './terminal.ts'

interface Options {
  exercise?: string
  format: string
  plans?: string | true
  wide?: boolean
  hardLimit: string
}

const FORMATS = ['terminal', 'md', 'json'] as const
type Format = (typeof FORMATS)[number]

export function addTableCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('table')
    .description('the failure table of the order flow, or of an exercise')
    .option(
      '--exercise <exercise>',
      'the starter, each known mistake, the solution and your file under every single fault',
    )
    .option('--format <format>', 'terminal, md or json', 'terminal')
    .option('--plans [answer]', 'below the table the plan behind every cell, of one answer or of all')
    .option('--wide', 'every column in full')
    .option('--hard-limit <seconds>', 'real time that a single step may take', '10')
    .action(async (options: Options) => {
      const format = readFormat(options.format)
      const hardLimitMs = readHardLimitMs(options.hardLimit)
      if (options.exercise === undefined) setExitCode(await showFlow(options, format, hardLimitMs))
      else await showExercise(options.exercise, options, format, hardLimitMs)
    })
}

function readFormat(text: string): Format {
  const found = FORMATS.find(format => format === text)
  if (found !== undefined) return found
  throw new WorkbenchError(
    'bad-option',
    `--format is terminal, md or json, not "${text}".`,
    'Correct it and run the command again.',
  )
}

async function showExercise(
  wanted: string,
  { plans, wide = false }: Options,
  format: Format,
  hardLimitMs: number,
): Promise<void> {
  const exercise = await chooseExercise(wanted)
  const shownNames =
    plans === undefined
      ? []
      : readAnswers(
          plans,
          answersFor(exercise, true).map(({ name }) => name),
        )
  const progress = createProgressLine()
  const startedAt = performance.now()
  let table: FailureTable
  try {
    table = await measureTable(exercise, {
      withYours: true,
      hardLimitMs,
      onAnswer: (name, index, count) => progress.show(`  ${name} (${index + 1} of ${count}) …`),
    })
  } finally {
    progress.clear()
  }
  const shown = table.answers.filter(({ name }) => shownNames.includes(name))
  if (format === 'json') return console.log(JSON.stringify(withCommands(table), null, 2))
  if (format === 'md') return console.log(documentExercise(table))
  const width = terminalWidth()
  const runs = table.rows.reduce(
    (sum, { cells }) => sum + cells.reduce((all, cell) => all + cell.plans, 0),
    0,
  )
  const parts = [
    `${style.title(`Exercise ${exercise.number}`)}  ${table.goal}\n${style.quiet(`  ${runs} runs of one fault each, in ${formatTime(performance.now() - startedAt)}`)}`,
    // A file or pipe has no width: whoever reads it can scroll.
    formatTable(table, { width: process.stdout.columns ?? Number.POSITIVE_INFINITY, isWide: wide }),
    formatRefusals(table, width),
    formatLegend(table, width),
    formatPlans(table, shown, width),
    shown.length > 0
      ? ''
      : `  The plan behind each cell: ${style.command(`npm run table -- --exercise ${exercise.number} --plans ${table.answers[0]!.name}`)}`,
  ]
  console.log(`\n${parts.filter(part => part !== '').join('\n\n')}\n`)
}

/** @throws WorkbenchError `bad-option` with the nearest answers there are */
function readAnswers(wanted: string | true, names: readonly string[]): readonly string[] {
  if (wanted === true) return names
  if (names.includes(wanted)) return [wanted]
  throw new WorkbenchError(
    'bad-option',
    `--plans: there is no column "${wanted}".`,
    `Did you mean ${nearest(wanted, names).join(' or ')}? There are ${names.join(', ')}.`,
  )
}

function withCommands({ rows, answers, ...table }: FailureTable): object {
  const number = table.exercise.slice(0, 2)
  return {
    ...table,
    answers,
    rows: rows.map(({ cells, ...row }) => ({
      ...row,
      cells: cells.map(({ example, ...cell }, index) => ({
        answer: answers[index]!.name,
        ...cell,
        ...(example === undefined
          ? {}
          : { example: { ...example, command: replayCommand(number, example.plan, answers[index]!.name) } }),
      })),
    })),
  }
}

async function showFlow(
  { wide = false, plans }: Options,
  format: Format,
  hardLimitMs: number,
): Promise<number> {
  if (typeof plans === 'string')
    throw new WorkbenchError(
      'bad-option',
      '--plans names an answer of an exercise, but there is no --exercise.',
      'Add --exercise 12, or leave the name out: the flow’s plans are shown by --wide.',
    )
  const progress = createProgressLine()
  let table: Awaited<ReturnType<typeof measureFlow>>
  try {
    table = await measureFlow({ hardLimitMs, onRow: title => progress.show(`  ${title} …`) })
  } finally {
    progress.clear()
  }
  if (format === 'json') console.log(JSON.stringify(table, null, 2))
  else if (format === 'md') console.log(documentFlow(table))
  else {
    const isFull = wide || plans !== undefined
    console.log(isFull ? formatFlowBlocks(table, terminalWidth()) : formatFlow(table, terminalWidth()))
  }
  return table.rows.every(isAsPromised) ? 0 : 1
}
