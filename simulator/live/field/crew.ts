/**
 * The processes of a field run, each with some instances: started, killed, stopped and started again.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { ScenarioReference } from './scenario-reference.ts'

export interface ChildTask {
  readonly scenario: ScenarioReference
  readonly instances: readonly string[]
  /** `host:port` */
  readonly broker: string
  /** The state folder. */
  readonly state: string
  readonly faults: readonly Fault[]
  readonly isLogged: boolean
}

export type FromChild = { type: 'ready' } | { type: 'refused'; code: string; sentence: string; next: string }
export type ToChild = { type: 'heal' } | { type: 'stop' }

export interface Crew {
  /**
   * Starts a process with these instances; resolves once all of them are ready. One that does not get ready in time is killed.
   * @throws WorkbenchError what it was refused with, `not-ready`, or `process-ended` when it ended by itself
   */
  start(instances: readonly string[], faults?: readonly Fault[], readyWithinMs?: number): Promise<void>
  /** SIGKILL to the process that has this instance; resolves when it is gone. Nothing in it can know. */
  kill(instance: string): Promise<void>
  /** Lets it end in order. */
  stop(instance: string): Promise<void>
  /** Resolves when the process that has the instance has ended, whatever ended it. */
  ended(instance: string): Promise<void>
  isRunning(instance: string): boolean
  /** True from the moment it is closed: what ends from then on is not to be started again. */
  readonly isClosed: boolean
  heal(): void
  /** Ends all of them in order; those that do not end in time are killed. */
  close(): Promise<void>
}

export interface CrewOptions {
  readonly scenario: ScenarioReference
  readonly broker: string
  readonly state: string
  /** Which implementations `#work/*` means. */
  readonly work: 'solutions' | 'exercises'
  /** A folder for the structured logs of the processes, one file each. */
  readonly logs?: string
}

interface Member {
  readonly instances: readonly string[]
  readonly child: ChildProcess
  readonly ended: Promise<void>
}

const READY_WITHIN_MS = 90_000
const STOPPED_WITHIN_MS = 15_000

export function createCrew({ scenario, broker, state, work, logs }: CrewOptions): Crew {
  const members = new Set<Member>()
  const memberOf = (instance: string) => [...members].find(({ instances }) => instances.includes(instance))
  if (logs !== undefined) mkdirSync(logs, { recursive: true })
  let isClosed = false

  async function end(member: Member | undefined): Promise<void> {
    if (member === undefined) return
    if (member.child.connected) member.child.send({ type: 'stop' } satisfies ToChild)
    const timer = setTimeout(() => member.child.kill('SIGKILL'), STOPPED_WITHIN_MS)
    await member.ended
    clearTimeout(timer)
  }

  return {
    async start(instances, faults = [], readyWithinMs = READY_WITHIN_MS) {
      // A run that was ended early: what it had still planned does not happen any more.
      if (isClosed) throw new Error('the crew has been dismissed')
      const task: ChildTask = { scenario, instances, broker, state, faults, isLogged: logs !== undefined }
      const child = fork(CHILD, [JSON.stringify(task)], {
        execArgv: argumentsFor(work),
        env: productionEnvironment(),
        stdio: ['ignore', logs === undefined ? 'ignore' : 'pipe', 'pipe', 'ipc'],
      })
      if (logs !== undefined)
        child.stdout?.pipe(createWriteStream(join(logs, `${instances[0]}.log`), { flags: 'a' }))
      let complaint = ''
      child.stderr?.on('data', (chunk: Buffer) => {
        complaint = (complaint + String(chunk)).slice(-2_000)
      })
      const member: Member = {
        instances,
        child,
        ended: new Promise(resolve => child.once('exit', () => resolve())),
      }
      members.add(member)
      void member.ended.then(() => members.delete(member))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          child.kill('SIGKILL')
          reject(
            new WorkbenchError(
              'not-ready',
              `${instances.join(', ')} did not become ready within ${readyWithinMs / 1000} s.`,
              'Look whether the broker answers: npm run broker -- --status.',
            ),
          )
        }, readyWithinMs)
        child.on('message', (message: FromChild) => {
          clearTimeout(timer)
          if (message.type === 'ready') resolve()
          else reject(new WorkbenchError(message.code, message.sentence, message.next))
        })
        // 'close' comes after the last of its complaints has been read.
        child.once('close', (code, signal) => {
          clearTimeout(timer)
          reject(endedByItself(instances, signal ?? `exit code ${code}`, complaint))
        })
      })
    },
    async kill(instance) {
      const member = memberOf(instance)
      member?.child.kill('SIGKILL')
      await member?.ended
    },
    stop: instance => end(memberOf(instance)),
    ended: async instance => memberOf(instance)?.ended,
    isRunning: instance => memberOf(instance) !== undefined,
    get isClosed() {
      return isClosed
    },
    heal() {
      for (const { child } of members) if (child.connected) child.send({ type: 'heal' } satisfies ToChild)
    },
    async close() {
      isClosed = true
      await Promise.all([...members].map(end))
    },
  }
}

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Node, with TypeScript as it is in the files, and the condition that says whose answers are meant. */
function argumentsFor(work: CrewOptions['work']): string[] {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', tsx, ...(work === 'solutions' ? ['--conditions=solutions'] : [])]
}

/** Under a test runner KafkaJS retries by other rules, and what it is tested for is how it behaves without one. */
function productionEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, ...env } = process.env
  return env
}

function endedByItself(instances: readonly string[], how: string, complaint: string): WorkbenchError {
  const reason = /^\w*Error: .*$/m.exec(complaint)?.[0]
  return new WorkbenchError(
    'process-ended',
    `The process of ${instances.join(', ')} ended (${how})${reason === undefined ? '' : `: ${reason}`}.`,
    'Run it by itself to see its log: npm run shop -- SERVICE --broker HOST:PORT.',
  )
}
