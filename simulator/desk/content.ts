/**
 * What an answer is at this moment, as a hash: a verdict is valid for the content it was measured on and for no other.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { type CompiledSlot, compileSlot } from './compile.ts'
import { type Answer, ROOT } from './exercise.ts'

/** The file with everything of the student's that it imports. Comments and layout do not count: they change no verdict. */
export function hashOf({ code }: CompiledSlot): string {
  return sha256(code.replace(/^\/\/# sourceMappingURL=.*$/m, ''))
}

/** @returns the hash of the answer as it is now; of its bare text while it cannot be compiled; undefined when there is no file */
export async function contentOf({ file }: Answer): Promise<string | undefined> {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  try {
    return hashOf(await compileSlot(file, ROOT))
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return sha256(readFileSync(file, 'utf8'))
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
