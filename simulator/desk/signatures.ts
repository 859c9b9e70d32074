/**
 * The signatures of an exercise's known mistakes, as they were measured: `npm run docs` writes them, a test compares them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KnownSignature } from '#simulator/explore/signature.ts'
import type { Exercise } from './exercise.ts'

export async function knownSignatures({
  folder,
}: Pick<Exercise, 'folder'>): Promise<readonly KnownSignature[]> {
  const file = join(folder, 'mistakes', 'signatures.json')
  if (!existsSync(file)) return []
  const byAnswer = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>
  return Object.entries(byAnswer).map(([answer, signature]) => ({ answer, signature }))
}
