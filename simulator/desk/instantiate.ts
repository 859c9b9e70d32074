/**
 * From a compiled file to a new instance of its module, as often as a process starts.
 */
import { createRequire } from 'node:module'
import { compileFunction } from 'node:vm'
import type { Check, SlotModule } from '#simulator/explore/check.ts'
import { loadOrRefuse, requireExports } from '#simulator/explore/slot-exports.ts'
import { createWorld } from '#simulator/world/world.ts'
import { isAvailable } from './available-modules.ts'
import type { CompiledSlot } from './compile.ts'

type ModuleFunction = (
  module: { exports: Record<string, unknown> },
  exports: Record<string, unknown>,
  require: (name: string) => unknown,
  process: NodeJS.Process,
) => void

/** Node's `process`, without its back door to the modules that do not exist inside the simulation. */
const simulatedProcess = Object.create(process, {
  getBuiltinModule: {
    value: (name: string) => {
      throw new Error(
        `${name} does not exist inside the simulation: a service has its host, fetch and timers`,
      )
    },
  },
}) as NodeJS.Process

/**
 * @param root where packages are found from: a folder of the repository
 * @returns makes a new instance; throws whatever the file throws while it is loaded
 * @throws WorkbenchError `wrong-export` when the file does not export what the check asks for, `throws-on-load` when it cannot be loaded at all
 */
export async function createLoader(
  slot: CompiledSlot,
  check: Check,
  root: string,
): Promise<() => SlotModule> {
  const load = instantiate(slot, root)
  // In a world of its own, so that a timer which the file starts while it is loaded belongs to nobody and is forgotten.
  await createWorld({ seed: 1 }).enter(async () =>
    requireExports(loadOrRefuse(load, slot.file), slot.file, check),
  )
  return load
}

/** @returns makes a new instance of a compiled file, and its exports; throws whatever the file throws */
export function instantiate({ code, file }: CompiledSlot, root: string): () => SlotModule {
  const requireAnything = createRequire(`${root}/package.json`)
  // By a roundabout way the compiler does not see, a file could ask for what it was refused.
  function require(name: string): unknown {
    if (isAvailable(name)) return requireAnything(name)
    throw new Error(`${name} does not exist inside the simulation: a service has its host, fetch and timers`)
  }
  const body = compileFunction(code, ['module', 'exports', 'require', 'process'], {
    filename: file,
  }) as ModuleFunction
  return () => {
    const module = { exports: {} as Record<string, unknown> }
    body(module, module.exports, require, simulatedProcess)
    return module.exports
  }
}
