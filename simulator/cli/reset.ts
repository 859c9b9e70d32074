/**
 * `reset`: brings the starter back, and keeps what the student had written.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import type { Command } from 'commander'
import { type Exercise, ROOT, starter, yours } from '#simulator/desk/exercise.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { chooseExercise, titleOf } from './choose-exercise.ts'
import { fact, formatSteps } from './facts.ts'
import { style, terminalWidth } from './terminal.ts'
import { timestamp } from './timestamp.ts'

const KEPT = join(ROOT, '.out-of-order', 'kept')

export function addResetCommand(program: Command): void {
  program
    .command('reset')
    .description('bring the starter back; your file is kept')
    .argument('<exercise>', 'its number or name')
    .action(async (wanted: string) => {
      const exercise = await chooseExercise(wanted)
      console.log(`${[style.title(titleOf(exercise)), ...reset(exercise, terminalWidth())].join('\n\n')}\n`)
    })
}

function reset(exercise: Exercise, width: number): string[] {
  const file = yours(exercise).file
  const pristine = starter(exercise).file
  const name = relative(ROOT, file)
  if (!existsSync(pristine)) {
    const missing = relative(ROOT, pristine)
    throw new WorkbenchError(
      'missing-file',
      `There is no ${missing}.`,
      `git checkout ${missing} brings it back.`,
    )
  }
  if (!existsSync(file)) {
    copyFileSync(pristine, file)
    return [fact('Reset', `${name} was missing and is the starter again.`, width)]
  }
  if (statSync(file).isDirectory()) {
    throw new WorkbenchError(
      'in-the-way',
      `${relative(ROOT, file)} is a folder, where the file should be.`,
      'Move it away and run the command again.',
    )
  }
  if (readFileSync(file).equals(readFileSync(pristine))) {
    return [fact('Reset', `Nothing to do: ${name} is the starter already.`, width)]
  }
  const kept = keep(exercise, file)
  copyFileSync(pristine, file)
  const back = `cp ${relative(ROOT, kept)} ${name}`
  return [
    `${fact('Reset', `${name} is the starter again.`, width)}\n${fact('Kept', `Your file is in ${relative(ROOT, kept)}.`, width)}`,
    formatSteps('Undo', [{ command: back, what: '' }], width),
  ]
}

/** @returns where the copy lies; never in the place of another one */
function keep({ name }: Exercise, file: string): string {
  const folder = join(KEPT, name)
  mkdirSync(folder, { recursive: true })
  const extension = extname(file)
  const start = `${basename(file, extension)}.${timestamp()}`
  for (let copy = 1; ; copy++) {
    const target = join(folder, `${start}${copy === 1 ? '' : `-${copy}`}${extension}`)
    if (existsSync(target)) continue
    copyFileSync(file, target)
    return target
  }
}
