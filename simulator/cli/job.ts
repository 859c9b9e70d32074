/**
 * A worker thread that runs simulations, watched from outside so that student code which never yields can be ended.
 */
import { Worker } from 'node:worker_threads'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { SimProgress, SimResult, SimTask } from './tasks.ts'

/** Which implementations `#work/*` means: the reference answers or the student's files. */
export type Work = 'solutions' | 'exercises'

export interface SimulatorThread {
  /**
   * Runs one task; tasks run one after another.
   * @throws WorkbenchError what the task was refused with, or `endless-loop` when a step did not end in time
   */
  run(task: SimTask, onProgress?: (progress: SimProgress) => void): Promise<SimResult>
  close(): Promise<void>
}

/** What a worker says to the main thread. */
export type WorkerMessage =
  | { type: 'processes'; names: string[] }
  | { type: 'progress'; progress: SimProgress }
  | { type: 'result'; result: SimResult }
  | { type: 'refused'; code: string; sentence: string; next: string }
  | { type: 'broken'; report: string }

export interface JobData {
  /** Element 0 counts steps, element 1 is the index of the process at work. */
  readonly pulse: Int32Array
}

interface Waiting {
  resolve(result: SimResult): void
  reject(error: unknown): void
  onProgress?: ((progress: SimProgress) => void) | undefined
}

/** @param hardLimitMs real milliseconds that a single step may take before the thread is ended */
export function startSimulatorThread(work: Work, hardLimitMs: number): SimulatorThread {
  const pulse = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    execArgv: work === 'solutions' ? ['-C', 'solutions'] : [],
    workerData: { pulse } satisfies JobData,
  })
  let names: readonly string[] = []
  let waiting: Waiting | undefined

  function settle(act: (waiting: Waiting) => void): void {
    const current = waiting
    waiting = undefined
    if (current !== undefined) act(current)
  }

  let lastStep = -1
  let stuckMs = 0
  const checkEveryMs = Math.max(50, Math.min(500, hardLimitMs / 4))
  const watchdog = setInterval(() => {
    const step = pulse[0]!
    stuckMs = waiting === undefined || step !== lastStep ? 0 : stuckMs + checkEveryMs
    lastStep = step
    if (stuckMs < hardLimitMs) return
    const name = step === 0 ? undefined : names[pulse[1]!]
    settle(({ reject }) => {
      reject(
        new WorkbenchError(
          'endless-loop',
          `${name ?? 'The simulation'} never yields: a single step has taken more than ${hardLimitMs / 1000} s of real time.`,
          'Look for a loop without an exit; on a slow machine give --hard-limit more time.',
        ),
      )
    })
    void worker.terminate()
  }, checkEveryMs)

  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'processes') names = message.names
    else if (message.type === 'progress') waiting?.onProgress?.(message.progress)
    else if (message.type === 'result') settle(({ resolve }) => resolve(message.result))
    else if (message.type === 'refused')
      settle(({ reject }) => reject(new WorkbenchError(message.code, message.sentence, message.next)))
    else settle(({ reject }) => reject(new Error(message.report)))
  })
  worker.on('error', error => settle(({ reject }) => reject(explainLoad(error, work))))
  worker.on('exit', code => {
    clearInterval(watchdog)
    settle(({ reject }) => reject(new Error(`the simulator thread ended early with code ${code}`)))
  })

  return {
    run: (task, onProgress) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, onProgress }
        worker.postMessage(task)
      }),
    async close() {
      clearInterval(watchdog)
      await worker.terminate()
    },
  }
}

/** A student's file that is missing or cannot be compiled ends the thread before it has begun. */
function explainLoad(error: Error & { code?: string }, work: Work): Error {
  if (work === 'solutions') return error
  if (error.code === 'ERR_MODULE_NOT_FOUND') {
    const file = /exercises\/\S+?\.ts/.exec(error.message)?.[0] ?? 'a file in exercises/'
    return new WorkbenchError(
      'missing-exercise',
      `There is no ${file} yet.`,
      'Run with --work solutions to use the reference answers.',
    )
  }
  const [sentence] = error.message.split('\n')
  return new WorkbenchError(
    'broken-exercise',
    `A file in exercises/ cannot be loaded: ${sentence}.`,
    'Correct it and run the command again.',
  )
}
