/**
 * A child process that simulates, seen from the command line: student code in it may throw, hang or never yield.
 */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { SimProgress, SimResult, SimTask } from './tasks.ts'

/** Which implementations `#work/*` means: the reference answers or the student's files. */
export type Work = 'solutions' | 'exercises'

export interface Simulator {
  /**
   * Runs one task; tasks run one after another.
   * @throws WorkbenchError what the task was refused with, or `endless-loop` when a step did not end in time
   */
  run(task: SimTask, onProgress?: (progress: SimProgress) => void): Promise<SimResult>
  close(): void
}

/** What the child says. */
export type ChildMessage =
  | { type: 'ready' }
  | { type: 'progress'; progress: SimProgress }
  | { type: 'result'; result: SimResult }
  | { type: 'refused'; code: string; sentence: string; next: string }
  | { type: 'broken'; report: string }

/** What V8 may keep before it has to collect: a run needs far less, and left alone V8 would rather grow than tidy up. */
const HEAP_LIMIT = '--max-old-space-size=400'

interface Waiting {
  resolve(result: SimResult): void
  reject(error: unknown): void
  onProgress?: ((progress: SimProgress) => void) | undefined
}

/** @param hardLimitMs real milliseconds that a single step may take before the child is ended */
export function startSimulator(work: Work, hardLimitMs: number): Simulator {
  const child = fork(fileURLToPath(new URL('./simulator-child.ts', import.meta.url)), [String(hardLimitMs)], {
    execArgv: argumentsFor(work),
    stdio: ['ignore', 'inherit', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let isReady = false
  let complaint = ''
  let lastWords = ''
  let waiting: Waiting | undefined

  function settle(act: (waiting: Waiting) => void): void {
    const current = waiting
    waiting = undefined
    if (current !== undefined) act(current)
  }

  child.stderr?.on('data', (chunk: Buffer) => {
    // Until it is ready only a file that cannot be loaded writes here, and that is put into words below.
    if (isReady) process.stderr.write(chunk)
    else complaint += chunk.toString()
  })
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    lastWords += chunk.toString()
  })
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'ready') isReady = true
    else if (message.type === 'progress') waiting?.onProgress?.(message.progress)
    else if (message.type === 'result') settle(({ resolve }) => resolve(message.result))
    else if (message.type === 'refused')
      settle(({ reject }) => reject(new WorkbenchError(message.code, message.sentence, message.next)))
    else settle(({ reject }) => reject(new Error(message.report)))
  })
  // 'close' comes after the last of the output has been read.
  child.on('close', (code, signal) => {
    settle(({ reject }) => {
      if (lastWords !== '') reject(endlessLoop(lastWords, hardLimitMs))
      else if (!isReady) reject(notLoaded(complaint, work))
      else reject(new Error(`the simulator ended early (${signal ?? `code ${code}`})`))
    })
  })
  const stop = () => child.kill('SIGKILL')
  process.once('exit', stop)

  return {
    run: (task, onProgress) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, onProgress }
        child.send(task)
      }),
    close() {
      process.off('exit', stop)
      stop()
    },
  }
}

/** TypeScript for the child, and the condition that chooses the work; whatever else this process was started with is not its business. */
function argumentsFor(work: Work): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return [HEAP_LIMIT, '--import', loader, ...(work === 'solutions' ? ['-C', 'solutions'] : [])]
}

/** @param lastWords what the watchdog wrote: the index of the process at work, and a number that is not used here */
function endlessLoop(lastWords: string, hardLimitMs: number): WorkbenchError {
  const [index] = JSON.parse(lastWords) as [number, number]
  const culprit = [...SERVICE_NAMES, 'shopper', 'operator'][index] ?? 'The simulation'
  return new WorkbenchError(
    'endless-loop',
    `${culprit} never yields: a single step has taken more than ${hardLimitMs / 1000} s of real time.`,
    'Look for a loop without an exit; on a slow machine give --hard-limit more time.',
  )
}

/** A file that is missing or cannot be compiled ends the child before it has begun. */
function notLoaded(complaint: string, work: Work): Error {
  const missing = /Cannot find module '[^']*?(exercises\/[^']+)'/.exec(complaint)
  if (missing !== null) {
    return new WorkbenchError(
      'missing-exercise',
      `There is no ${missing[1]} yet.`,
      'Run with --work solutions to use the reference answers.',
    )
  }
  // A compiler's complaint names file and line; any other error says at least what it is.
  const lines = complaint.split('\n')
  const line =
    lines.find(text => /\.ts:\d+:\d+: ERROR: /.test(text)) ??
    lines.find(text => /^\w*Error\b/.test(text)) ??
    lines[0] ??
    ''
  const problem = line.replace(`${process.cwd()}/`, '').replace(': ERROR', '').trim()
  return new WorkbenchError(
    'broken-file',
    `A file of the services in ${work}/ cannot be loaded: ${problem}`,
    'Correct it and run the command again.',
  )
}
