/**
 * Measures the signature of every known mistake of an exercise, for the file by which mistakes are recognised.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signatureOf } from '#simulator/explore/signature.ts'
import { survey } from '#simulator/explore/survey.ts'
import { compileSlot } from './compile.ts'
import { exerciseNames, loadExercise, mistakes, ROOT } from './exercise.ts'
import { openPool } from './pool.ts'

/** The seed an answer is judged with unless told otherwise: only equal latencies make equal signatures. */
const SEED = 1
const HARD_LIMIT_MS = 20_000
const LINE_WIDTH = 110

/**
 * @param workers how many processes execute plans
 * @returns the signature of each answer below `mistakes/`, in the order of the answers' names
 * @throws WorkbenchError when a file cannot be compiled or exports something else
 */
export async function measureSignatures(
  exerciseName: string,
  workers = 2,
): Promise<Record<string, readonly string[]>> {
  const exercise = await loadExercise(exerciseName)
  const pool = openPool(workers, HARD_LIMIT_MS)
  const signatures: Record<string, readonly string[]> = {}
  try {
    for (const { name, file } of mistakes(exercise)) {
      const executor = await pool.load(exerciseName, await compileSlot(file, ROOT))
      signatures[name] = signatureOf(exercise.check, await survey(exercise.check, executor, SEED))
    }
  } finally {
    pool.close()
  }
  return signatures
}

/** Writes `mistakes/signatures.json` of these exercises; of all unless told. */
export async function writeSignatures(names: readonly string[] = exerciseNames()): Promise<void> {
  for (const name of names) {
    const signatures = await measureSignatures(name)
    if (Object.keys(signatures).length === 0) continue
    const file = join(ROOT, 'exercises', name, 'mistakes', 'signatures.json')
    writeFileSync(file, printSignatures(signatures))
  }
}

/** As JSON in the form the formatter leaves alone: a list that fits on a line is on a line. */
export function printSignatures(signatures: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(signatures).map(([answer, signature]) => {
    const name = JSON.stringify(answer)
    const items = signature.map(entry => JSON.stringify(entry))
    const line = `  ${name}: [${items.join(', ')}]`
    // One more column for the comma behind it.
    return line.length < LINE_WIDTH ? line : `  ${name}: [\n    ${items.join(',\n    ')}\n  ]`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}
