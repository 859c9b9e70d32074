/**
 * A job is simulation work done in a worker thread, so that student code which never yields can be ended from outside.
 */
import { Worker } from 'node:worker_threads'
import { WorkbenchError } from '#simulator/world/errors.ts'

/** Which implementations `#work/*` means: the reference answers or the student's files. */
export type Work = 'solutions' | 'exercises'

export interface JobOptions<P> {
  readonly work: Work
  /** Real milliseconds that a single step may take before the job is ended. */
  readonly hardLimitMs: number
  readonly onProgress?: (progress: P) => void
}

/** What a worker says to the main thread. */
export type WorkerMessage =
  | { type: 'processes'; names: string[] }
  | { type: 'progress'; progress: unknown }
  | { type: 'result'; result: unknown }
  | { type: 'refused'; code: string; sentence: string; next: string }
  | { type: 'broken'; report: string }

export interface JobData {
  readonly task: unknown
  /** Element 0 counts steps, element 1 is the index of the process at work. */
  readonly pulse: Int32Array
}

/**
 * Runs a task (see worker.ts for what there is) and returns its result.
 * @throws WorkbenchError what the task was refused with, or `endless-loop` when a step did not end in time
 */
export function runJob<R, P = never>(task: unknown, options: JobOptions<P>): Promise<R> {
  const pulse = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(new URL('./worker-boot.mjs', import.meta.url), {
    execArgv: options.work === 'solutions' ? ['-C', 'solutions'] : [],
    workerData: { task, pulse } satisfies JobData,
  })
  let names: readonly string[] = []

  return new Promise<R>((resolve, reject) => {
    let lastStep = 0
    let stuckMs = 0
    const checkEveryMs = Math.max(50, Math.min(500, options.hardLimitMs / 4))
    const watchdog = setInterval(() => {
      const step = pulse[0]!
      stuckMs = step === lastStep || step === 0 ? stuckMs + checkEveryMs : 0
      lastStep = step
      if (step === 0 || stuckMs < options.hardLimitMs) return
      const name = names[pulse[1]!]
      end(() =>
        reject(
          new WorkbenchError(
            'endless-loop',
            `${name ?? 'The run'} never yields: a single step has taken more than ${options.hardLimitMs / 1000} s of real time.`,
            'Look for a loop without an await or an exit; a slower machine may need --hard-limit.',
          ),
        ),
      )
    }, checkEveryMs)

    function end(settle: () => void): void {
      clearInterval(watchdog)
      worker.removeAllListeners()
      // A thread that was ended while busy may still report an error of its own; nobody needs it.
      worker.on('error', () => {})
      void worker.terminate().then(settle)
    }

    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'processes') names = message.names
      else if (message.type === 'progress') options.onProgress?.(message.progress as P)
      else if (message.type === 'result') end(() => resolve(message.result as R))
      else if (message.type === 'refused') end(() => reject(new WorkbenchError(message.code, message.sentence, message.next)))
      else end(() => reject(new Error(message.report)))
    })
    worker.on('error', error => end(() => reject(error)))
    worker.on('exit', code => end(() => reject(new Error(`the worker thread ended early with code ${code}`))))
  })
}
