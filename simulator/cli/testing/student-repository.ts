/**
 * A copy of the repository as a student has it, with two small exercises or with
 * the real ones as they come, so that tests may edit answers and never touch a student's.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')
const PARTS = [
  'package.json',
  'tsconfig.json',
  'vite.config.ts',
  'README.md',
  'solutions',
  'simulator',
  'docs',
  'diagrams',
]
const FIXTURE = join(import.meta.dirname, '40-counter')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface StudentRepository {
  readonly root: string
  path(file: string): string
  read(file: string): string
  write(file: string, text: string): void
  /** A file of exercise 40 as it comes: `starter/counter.ts`, `solution/counter.ts`, `mistakes/no-dedupe.ts`. */
  original(file: string): string
  /** Saves this as the student's answer to exercise 40. */
  answer(text: string): void
  /** The command line as it is met in a terminal, without colours and with nobody looking at a progress line. */
  run(...args: string[]): Promise<Ended>
  /** The same, left running. */
  start(...args: string[]): ChildProcess
  remove(): void
}

/** @param exercises two small ones (40 and 41), or all real ones, not yet started */
export function createStudentRepository(exercises: 'small' | 'real' = 'small'): StudentRepository {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'out-of-order-student-')))
  for (const name of PARTS) {
    cpSync(join(ROOT, name), join(root, name), {
      recursive: true,
      filter: source => !source.endsWith('.test.ts'),
    })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  if (exercises === 'real') copyExercises(root)
  else addSmallExercises(root)
  const path = (file: string) => join(root, file)
  const { FORCE_COLOR: _, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1' }
  const command = (args: string[]) => ['--import', 'tsx', 'simulator/cli/main.ts', ...args]
  return {
    root,
    path,
    read: file => readFileSync(path(file), 'utf8'),
    write: (file, text) => writeFileSync(path(file), text),
    original: file => readFileSync(join(FIXTURE, file), 'utf8'),
    answer: text => writeFileSync(path('exercises/40-counter/counter.ts'), text),
    run: (...args) =>
      new Promise(resolve => {
        execFile(process.execPath, command(args), { cwd: root, env }, (error, stdout, stderr) => {
          // Node warns about features that are new to it; that is not ours.
          const ours = stderr.replace(/^\(.*Warning.*\n|^\(Use `node --trace.*\n/gm, '')
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr: ours })
        })
      }),
    start: (...args) => spawn(process.execPath, command(args), { cwd: root, env }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

function addSmallExercises(root: string): void {
  for (const name of ['40-counter', '41-counter-again']) {
    const exercise = join(root, 'exercises', name)
    for (const part of ['check.ts', 'starter', 'mistakes'])
      cpSync(join(FIXTURE, part), join(exercise, part), { recursive: true })
    cpSync(join(FIXTURE, 'starter/counter.ts'), join(exercise, 'counter.ts'))
    mkdirSync(join(root, 'solutions', name), { recursive: true })
    cpSync(join(FIXTURE, 'solution'), join(root, 'solutions', name), { recursive: true })
  }
}

/** As they come: whatever the student of this repository has written is replaced by the starter. */
function copyExercises(root: string): void {
  cpSync(join(ROOT, 'exercises'), join(root, 'exercises'), { recursive: true })
  for (const name of readdirSync(join(root, 'exercises'))) {
    const starter = join(root, 'exercises', name, 'starter')
    if (existsSync(starter)) cpSync(starter, join(root, 'exercises', name), { recursive: true })
  }
}
