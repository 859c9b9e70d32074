/**
 * Students' clones for the tests of `grade`: folders with as much of the repository in them as an answer needs.
 */
import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Ended } from './student-repository.ts'

const ROOT = join(import.meta.dirname, '../../..')

export interface Clones {
  /** What they lie in. */
  readonly folder: string
  path(file: string): string
  /** Saves a file of a student's, and makes the folders it needs. */
  write(student: string, file: string, text: string | Buffer): void
  /** Every file with its content, to see that nothing was written. */
  contents(): Record<string, string>
  remove(): void
}

export function createClones(): Clones {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'out-of-order-clones-')))
  return {
    folder,
    path: file => join(folder, file),
    write(student, file, text) {
      const path = join(folder, student, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    },
    contents: () =>
      Object.fromEntries(
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter(entry => entry.isFile())
          .map(entry => join(entry.parentPath, entry.name))
          .sort()
          .map(path => [path, readFileSync(path, 'latin1')]),
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** `grade` in this repository as it is met in a terminal, without colours and with nobody looking at a progress line. */
export function runGrade(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { FORCE_COLOR: _, ...inherited } = process.env
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'simulator/cli/main.ts', 'grade', ...args],
      { cwd: ROOT, env: { ...inherited, NO_COLOR: '1', ...more }, maxBuffer: 50_000_000 },
      (error, stdout, stderr) => {
        // Node warns about features that are new to it; that is not ours.
        const ours = stderr.replace(/^\(.*Warning.*\n|^\(Use `node --trace.*\n/gm, '')
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr: ours })
      },
    )
  })
}
