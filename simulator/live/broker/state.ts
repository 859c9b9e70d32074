/**
 * What is remembered of a broker between two commands: a small file in the repository's own folder, one for each instance.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '#simulator/desk/exercise.ts'

const brokerSchema = z.object({
  /** Empty for the one that `npm run broker` runs; tests name their own, so that neither disturbs the other. */
  instance: z.string(),
  kind: z.enum(['apache-kafka', 'redpanda']),
  version: z.string(),
  /** `127.0.0.1:9092` */
  address: z.string(),
  port: z.number(),
  /** Address of Redpanda Console, where it runs. */
  console: z.string().optional(),
  /** The rest only where the broker is a process of this machine. */
  pid: z.number().optional(),
  logFile: z.string().optional(),
  /** Everything that the broker writes. A temporary folder: it goes when the broker is stopped. */
  dataFolder: z.string().optional(),
})

const stateSchema = brokerSchema.extend({
  /** It was killed on purpose and is to come back with its data. */
  isDown: z.boolean(),
})

export type RunningBroker = Readonly<z.infer<typeof brokerSchema>>
export type BrokerState = Readonly<z.infer<typeof stateSchema>>

const FOLDER = join(ROOT, '.out-of-order')

export function stateFile(instance: string, folder = FOLDER): string {
  return join(folder, `${nameOf(instance)}.json`)
}

/** Where the log is kept of a broker that ended by itself: its own folder is gone by then. */
export function keptLog(instance: string, folder = FOLDER): string {
  return join(folder, `${nameOf(instance)}.log`)
}

/** The names of all instances that something is remembered of. */
export function instances(folder = FOLDER): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap(name => {
    const [, instance] = /^broker(?:-(.+))?\.json$/.exec(name) ?? []
    return instance === undefined && name !== 'broker.json' ? [] : [instance ?? '']
  })
}

/** A file that is broken, or of another version of this program, counts as none. */
export function readState(instance: string, folder = FOLDER): BrokerState | undefined {
  const file = stateFile(instance, folder)
  if (!existsSync(file)) return undefined
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

export function writeState(state: BrokerState, folder = FOLDER): void {
  const file = stateFile(state.instance, folder)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, textOf(state))
}

/** Writes the first state of an instance. @returns false if there is one already: somebody else was quicker */
export function claimState(state: BrokerState, folder = FOLDER): boolean {
  const file = stateFile(state.instance, folder)
  mkdirSync(dirname(file), { recursive: true })
  if (readState(state.instance, folder) === undefined) removeState(state.instance, folder)
  try {
    writeFileSync(file, textOf(state), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

export function removeState(instance: string, folder = FOLDER): void {
  rmSync(stateFile(instance, folder), { force: true })
}

function textOf(state: BrokerState): string {
  return `${JSON.stringify(state, null, 2)}\n`
}

function nameOf(instance: string): string {
  return instance === '' ? 'broker' : `broker-${instance}`
}
