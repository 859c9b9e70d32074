/**
 * What a student's file gives when it is loaded, wherever that is: its exports, or a clear refusal.
 */
import { nearest } from '#simulator/faults/nearest.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Check, SlotModule } from './check.ts'

/**
 * Loads a student's file.
 * @throws WorkbenchError `missing-package`, or `throws-on-load` for whatever the file throws
 */
export function loadOrRefuse(load: () => SlotModule, file: string): SlotModule {
  try {
    return load()
  } catch (error) {
    const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(
      error instanceof Error ? error.message : '',
    )
    if (missing !== null) {
      throw new WorkbenchError(
        'missing-package',
        `${file} imports ${missing[1]}, which is not installed.`,
        `npm install ${missing[1]} brings it, if there is such a package.`,
      )
    }
    throw new WorkbenchError(
      'throws-on-load',
      `${file} throws while it is loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}.`,
      'Move what can fail into the service function, which is called when the process starts.',
    )
  }
}

/** @throws WorkbenchError `wrong-export` when the file does not export what the check asks for */
export function requireExports(module: SlotModule, file: string, { slot }: Pick<Check, 'slot'>): void {
  for (const { name, type, shape } of slot.exports) {
    const value = module[name]
    if (typeof value === type && value !== null) continue
    const others = Object.keys(module)
    const found =
      value !== undefined
        ? `${name} is ${value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
        : others.length === 0
          ? 'it exports nothing'
          : others.includes(name)
            ? `${name} is undefined`
            : `it exports ${nearest(name, others).join(', ')}`
    throw new WorkbenchError(
      'wrong-export',
      `${file} has to export ${name}, but ${found}.`,
      `Export ${shape}`,
    )
  }
}
