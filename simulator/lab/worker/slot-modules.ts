/**
 * Answers to exercises, loaded as modules beside the page and made anew for each process, as a process that starts does.
 */
import * as hono from 'hono'
import kafkajs from 'kafkajs'
import * as xstate from 'xstate'
import * as zod from 'zod'
import type { SlotModule } from '#simulator/explore/check.ts'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import nodeCrypto from '../node/crypto.ts'

type Factory = (
  module: { exports: Record<string, unknown> },
  exports: Record<string, unknown>,
  require: (name: string) => unknown,
  process: object,
) => void

interface SlotFile {
  readonly file: string
  readonly content: string
  /** For each line of the module, the place in the source. */
  readonly places: readonly string[]
  readonly default: Factory
  readonly refused?: Trouble
}

export interface LoadedSlot {
  readonly file: string
  readonly content: string
  /** For each line of the module, the place in the source; empty where there is none. */
  readonly places: readonly string[]
  /** Makes a new instance; throws whatever the file throws. */
  instantiate(): SlotModule
}

const MODULES: Readonly<Record<string, unknown>> = {
  kafkajs,
  zod,
  hono,
  xstate,
  crypto: nodeCrypto,
  buffer: { Buffer },
}

function require(name: string): unknown {
  const module = MODULES[name.replace(/^node:/, '')]
  if (module !== undefined) return module
  throw new Error(`${name} does not exist in the page; npm run check may have it`)
}

let asked = 0

/**
 * @param base where the page lies
 * @throws WorkbenchError as `compileSlot` does, and `missing-file` when there is no such answer
 */
export async function loadSlot(base: string, exercise: string, answer: string): Promise<LoadedSlot> {
  // The student's own file changes; a module is loaded once for each address.
  const fresh = answer === 'yours' ? `?${++asked}` : ''
  let found: SlotFile
  try {
    found = await import(/* @vite-ignore */ new URL(`slots/${exercise}/${answer}.js${fresh}`, base).href)
  } catch {
    throw new WorkbenchError(
      'missing-file',
      `There is no answer ${answer} to exercise ${exercise} here.`,
      answer === 'yours' ? 'Your own files are there with npm start only.' : 'Choose another answer.',
    )
  }
  if (found.refused !== undefined) {
    const { code, sentence, next } = found.refused
    throw new WorkbenchError(code, sentence, next)
  }
  const { file, content, places, default: factory } = found
  return {
    file,
    content,
    places,
    instantiate() {
      const module = { exports: {} as Record<string, unknown> }
      factory(module, module.exports, require, PROCESS)
      return module.exports
    },
  }
}

/** What a student's file may read of Node's `process`. */
const PROCESS = { env: {}, nextTick: queueMicrotask.bind(globalThis) }
