/**
 * `diff`: the student's answer beside the model answer, once it holds, or on request.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import pc from 'picocolors'
import { type Exercise, ROOT, solution, yours } from '#simulator/desk/exercise.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { chooseExercise, titleOf } from './choose-exercise.ts'
import { fact, formatSteps } from './facts.ts'
import { missingFile } from './missing-file.ts'
import { style, terminalWidth } from './terminal.ts'
import { verdictNow } from './verdict-now.ts'

export function addDiffCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('diff')
    .description('your answer beside the model answer, once yours holds')
    .argument('<exercise>', 'its number or name')
    .option('--peek', 'show it even if yours does not hold')
    .action(async (wanted: string, { peek }: { peek?: boolean }) => {
      const exercise = await chooseExercise(wanted)
      setExitCode(await diff(exercise, peek === true))
    })
}

/** @returns the exit code: 1 when the answer does not hold and nobody asked to peek */
async function diff(exercise: Exercise, peek: boolean): Promise<number> {
  const width = terminalWidth()
  const model = solution(exercise).file
  if (!existsSync(yours(exercise).file)) throw missingFile(exercise)
  if (!existsSync(model)) {
    const name = relative(ROOT, model)
    throw new WorkbenchError('missing-file', `There is no ${name}.`, `git checkout ${name} brings it back.`)
  }
  const mayLook = peek || (await verdictNow(exercise))?.holds === true
  const sections = mayLook ? comparison(exercise, width) : notYet(exercise, width)
  console.log(`${sections.join('\n\n')}\n`)
  return mayLook ? 0 : 1
}

function comparison(exercise: Exercise, width: number): string[] {
  const file = relative(ROOT, yours(exercise).file)
  const model = relative(ROOT, solution(exercise).file)
  const readme = join(dirname(model), 'README.md')
  const changes = compare(file, model)
  return [
    style.title(titleOf(exercise)),
    `  ${style.bad('-')} ${file}\n  ${style.good('+')} ${model}`,
    changes === '' ? fact('Same', 'Your answer is the model answer, letter for letter.', width) : changes,
    ...(existsSync(join(ROOT, readme))
      ? [formatSteps('Why', [{ command: readme, what: 'the reasons' }], width)]
      : []),
  ]
}

function notYet(exercise: Exercise, width: number): string[] {
  const { number } = exercise
  const steps = [
    { command: `npm run check ${number}`, what: 'what is wrong' },
    { command: `npm run hint ${number}`, what: 'the next hint' },
    { command: `npm run diff ${number} -- --peek`, what: 'the solution all the same' },
  ]
  return [
    `${style.bad('✗')} ${style.title(titleOf(exercise))}`,
    fact(
      'Not yet',
      'Your answer does not hold yet, and the solution is best met with one of your own.',
      width,
    ),
    formatSteps('Next', steps, width),
  ]
}

/** @returns git's unified diff without its header, which only repeats the names; empty when there is no difference */
function compare(file: string, model: string): string {
  const { status, stdout, error } = spawnSync(
    'git',
    [
      'diff',
      '--no-index',
      '--no-ext-diff',
      `--color=${pc.isColorSupported ? 'always' : 'never'}`,
      '--',
      file,
      model,
    ],
    { cwd: ROOT, encoding: 'utf8' },
  )
  if (error !== undefined || (status !== 0 && status !== 1)) {
    throw new WorkbenchError(
      'no-git',
      'The difference is made by git, which cannot be run here.',
      `Install git, or open ${file} and ${model} side by side in your editor.`,
    )
  }
  const lines = stdout.trimEnd().split('\n')
  const start = lines.findIndex(line => stripVTControlCharacters(line).startsWith('@@'))
  return start === -1 ? '' : lines.slice(start).join('\n')
}
