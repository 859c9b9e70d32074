/**
 * Plans in JSON files.
 */
import { existsSync, readFileSync } from 'node:fs'
import { type Plan, type PlanTargets, parsePlan } from '#simulator/faults/plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/** A name that ends like one is taken for a file even if it does not exist: the error should say so. */
export function isPlanFile(text: string): boolean {
  return text.endsWith('.json') || existsSync(text)
}

/** @throws WorkbenchError `bad-plan` naming the file and the first problem */
export function readPlanFile(path: string, targets: PlanTargets): Plan {
  if (!existsSync(path))
    throw new WorkbenchError(
      'bad-plan',
      `There is no plan file ${path}.`,
      'Give a file like { "seed": 7, "faults": ["down:search@2s+30s"] }.',
    )
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new WorkbenchError('bad-plan', `${path} cannot be read.`, 'Give a JSON file, and one you may read.')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new WorkbenchError(
      'bad-plan',
      `${path} is not JSON: ${error instanceof Error ? error.message : error}.`,
      'Correct it and run the command again.',
    )
  }
  return parsePlan(value, path, targets)
}
