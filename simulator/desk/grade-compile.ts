/**
 * Compiles an answer out of a student's clone, as `compileSlot` does at home, with nothing of the clone but what the student wrote.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CompiledSlot, compileWith, onlyWhatExists } from './compile.ts'
import { importsOf, type Origin, packagesOf } from './grade-imports.ts'

/**
 * @param file the student's file: its path from the clone's root
 * @returns code that is the same for the same answer, wherever the clone lies
 * @throws WorkbenchError what the file is refused with, as at home; `imports-solution` for one that only passes on the solution
 */
export function compileFromClone(file: string, origin: Origin): Promise<CompiledSlot> {
  const { clone, ours } = origin
  return compileWith(join(clone, file), clone, {
    // Where a file lies is written into comments; who lays it elsewhere has not given another answer.
    minifyWhitespace: true,
    // Links are followed by whoever checks where they lead.
    preserveSymlinks: true,
    // Not the clone's, which could send imports anywhere.
    tsconfigRaw: readFileSync(join(ours, 'tsconfig.json'), 'utf8'),
    plugins: [importsOf(origin), onlyWhatExists(clone), packagesOf(origin)],
  })
}
