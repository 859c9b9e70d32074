/**
 * `grade`: judges the exercises in several folders, one for each student's clone of this repository.
 *
 * `--format json` prints `{ students: [{ student, folder, hasExercises }], exercises: [{ exercise, goal }], grades: [{ student,
 * exercise, holds, result, verdict, mistakes, nearest, guarantee, outcome, code, sentence, sameAs, realMs }], totals: [{ exercise,
 * answers, holds, untouched, mostCommon: [{ verdict, count }] }] }`, where `result` is one of JUDGEMENT_KINDS in
 * desk/grade-judgement.ts. Shapes grow by new fields only. CSV has the columns student, exercise, result, verdict, sentence.
 */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { chooseExercises, titleOf } from './choose-exercise.ts'
import { findClones } from './grade-clones.ts'
import { type Grading, toCsv, toJson } from './grade-files.ts'
import {
  type GradeFlags,
  type GradeFormat,
  type GradeOutput,
  readFormat,
  readJobs,
  readLimits,
  readOutput,
} from './grade-options.ts'
import { formatGrading } from './grade-report.ts'
import { gradeAll } from './grade-rows.ts'
import { clip, printable } from './grade-table.ts'
import { EXIT_INTERRUPTED, untilInterrupted } from './interruption.ts'
import { createProgressLine, plural, terminalWidth, wrap } from './terminal.ts'

export function addGradeCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('grade')
    .description('for instructors: judge the exercises in the clones of several students')
    .argument('<folders...>', 'a clone of this repository each, as in clones/*')
    .option(
      '--exercise <exercises>',
      'number or name, several with commas between them; all unless told',
      (text: string, before: readonly string[]) => [...before, ...text.split(',').map(name => name.trim())],
      [] as readonly string[],
    )
    .option('--format <format>', 'terminal, csv or json', 'terminal')
    .option('--output <file>', 'write it to a file as well, which ends in .csv or .json')
    .option('--time-limit <duration>', 'real time an answer may take to be judged', '60s')
    .option('--memory-limit <megabytes>', 'memory an answer may take to be judged', '1024')
    .option('--jobs <number>', 'how many answers are judged at once (default: one a core)')
    .action(async (folders: string[], options: GradeFlags) => setExitCode(await grade(folders, options)))
}

/** @returns the exit code: 0 when everything holds */
async function grade(folders: readonly string[], flags: GradeFlags): Promise<number> {
  const format = readFormat(flags.format)
  const limits = readLimits(flags)
  const jobs = readJobs(flags)
  const output = readOutput(flags, callersFolder())
  const exercises = await chooseExercises(flags.exercise)
  const { clones, files } = findClones(folders, callersFolder())
  if (files.length > 0) console.error(`${wrap(leftOut(files), Math.min(terminalWidth(), 110))}\n`)
  const progress = createProgressLine()
  const interruption = untilInterrupted(() => progress.show('  ending what was started …'))
  const startedAt = performance.now()
  const answers = clones.length * exercises.length
  try {
    const rows = await gradeAll(clones, exercises, {
      ...limits,
      jobs,
      signal: interruption.signal,
      onAnswer(student, exercise, done) {
        const text = `  ${done} of ${answers} graded · ${printable(student)} · ${titleOf(exercise)} …`
        progress.show(clip(text, (process.stderr.columns || 100) - 1))
      },
    })
    progress.clear()
    const grading = { clones, exercises, rows }
    print(grading, format, performance.now() - startedAt)
    if (output !== undefined) write(grading, output)
    if (interruption.signal.aborted) return EXIT_INTERRUPTED
    return rows.every(({ kind }) => kind === 'holds') ? 0 : 1
  } finally {
    progress.clear()
    interruption.dispose()
  }
}

/** npm runs its scripts in the repository, wherever it was called: names of folders are meant as they were typed. */
function callersFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env
  return script === 'grade' && calledIn !== undefined ? calledIn : process.cwd()
}

function leftOut(files: readonly string[]): string {
  const names = files.map(name => printable(name)).join(', ')
  return `Left out: ${names}. ${files.length === 1 ? 'It is a file' : 'They are files'}, and a clone is a folder.`
}

function print(grading: Grading, format: GradeFormat, realMs: number): void {
  if (format !== 'terminal') process.stdout.write(inForm(grading, format))
  else console.log(`\n${formatGrading(grading, { columns: process.stdout.columns || undefined, realMs })}\n`)
}

function write(grading: Grading, { file, format }: GradeOutput): void {
  try {
    writeFileSync(file, inForm(grading, format))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(',')[0] : String(error)
    throw new WorkbenchError('cannot-write', `The grades could not be written: ${reason}.`)
  }
  console.error(`${plural(grading.rows.length, 'grade')} written to ${file}`)
}

function inForm(grading: Grading, format: GradeOutput['format']): string {
  return format === 'csv' ? toCsv(grading) : `${JSON.stringify(toJson(grading), null, 2)}\n`
}
