/**
 * One process that executes plans, replaced by another when it dies.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { Trouble } from '#simulator/explore/run-plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { FromChild, ToChild } from './messages.ts'
import { LATE_OPTIMISATION } from './optimisation.ts'

/** What came of a request: an answer, or the end of the process while it was at plan number `planIndex`. */
export type SeatAnswer =
  | FromChild
  | { readonly type: 'ended'; readonly trouble: Trouble; readonly planIndex: number }

/** What V8 may keep in a process: a run needs a fraction of it. */
const HEAP_LIMIT_MB = 400

/**
 * A run leaves some 300 KB of garbage behind and nothing else. The more room for young objects, the fewer collections happen in
 * the middle of a run, which is what they have to copy: this saves a run without faults 5 % of its processor time, others 12 %.
 * Collecting in a thread of its own would only take the core of another process.
 */
const GARBAGE_COLLECTION = ['--min-semi-space-size=32', '--max-semi-space-size=64', '--single-threaded-gc']
/**
 * A verdict takes seconds, of which compiling is a good part: with less inlining the first thousands of runs take a fifth less time,
 * and the first hundreds another quarter when functions are optimised late (see `optimisation.ts`).
 */
const COMPILATION = [
  '--max-inlined-bytecode-size=100',
  '--max-inlined-bytecode-size-cumulative=200',
  LATE_OPTIMISATION,
]

export class Seat {
  readonly #bundle: Promise<string>
  readonly #hardLimitMs: number
  readonly #flags: readonly string[]
  #child: Promise<ChildProcess>
  #processes: readonly string[] = []
  #loaded: (ToChild & { type: 'load' }) | undefined
  #isClosed = false
  #hasRunOutOfMemory = false
  #last: Promise<unknown> = Promise.resolve()
  readonly #stop = () => this.close()

  /**
   * @param bundle the program to run, once it has been built
   * @param flags of Node, for the process
   */
  constructor(bundle: Promise<string>, hardLimitMs: number, flags: readonly string[] = []) {
    this.#bundle = bundle
    this.#hardLimitMs = hardLimitMs
    this.#flags = flags
    this.#child = this.#start()
    process.once('exit', this.#stop)
  }

  /** @throws WorkbenchError what the file was refused with */
  async load(message: ToChild & { type: 'load' }): Promise<void> {
    this.#loaded = message
    const answer = await this.#exchange(message)
    if (answer.type === 'loaded') {
      this.#processes = answer.processes
      return
    }
    if (answer.type === 'ended' || answer.type === 'refused') {
      const { code, sentence, next } = answer.trouble
      throw new WorkbenchError(code, sentence, next)
    }
    if (answer.type === 'broken') throw brokenDown(answer.report)
    throw new Error(`unexpected answer: ${answer.type}`)
  }

  /** Asks; a process that dies of it is replaced by one that has the same file loaded. */
  async ask(message: ToChild): Promise<SeatAnswer> {
    const answer = await this.#exchange(message)
    if (answer.type === 'ended' && this.#loaded !== undefined && !this.#isClosed)
      await this.load(this.#loaded)
    return answer
  }

  /** Whether a process has died of more memory than it may have. */
  get hasRunOutOfMemory(): boolean {
    return this.#hasRunOutOfMemory
  }

  close(): void {
    this.#isClosed = true
    process.off('exit', this.#stop)
    void this.#child.then(child => child.kill('SIGKILL')).catch(() => {})
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(await this.#bundle, [String(this.#hardLimitMs)], {
      execArgv: [
        `--max-old-space-size=${HEAP_LIMIT_MB}`,
        ...GARBAGE_COLLECTION,
        ...COMPILATION,
        ...this.#flags,
      ],
      // What a student prints during thousands of runs would bury the verdict.
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    })
    // Process and channel alone must not keep a command alive that has nothing left to do.
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('error', reject)
      child.once('exit', code => reject(new Error(`a process of the desk could not start (code ${code})`)))
    })
    child.removeAllListeners()
    child.on('error', () => {})
    return child
  }

  /** One question after another: whoever lost interest in an answer has not kept it from coming. */
  #exchange(message: ToChild): Promise<SeatAnswer> {
    const answer = this.#last.then(() => this.#exchangeNow(message))
    this.#last = answer.catch(() => {})
    return answer
  }

  async #exchangeNow(message: ToChild): Promise<SeatAnswer> {
    const child = await this.#child
    return new Promise(resolve => {
      let lastWords = ''
      const onWords = (chunk: Buffer) => {
        lastWords += chunk.toString()
      }
      const finish = (answer: SeatAnswer) => {
        child.off('message', finish).off('close', onClose)
        child.stdio[3]?.off('data', onWords)
        resolve(answer)
      }
      const onClose = (code: number | null, signal: string | null) => {
        if (!this.#isClosed) this.#child = this.#start()
        finish(this.#ending(lastWords, code, signal))
      }
      child.stdio[3]?.on('data', onWords)
      child.on('message', finish).on('close', onClose)
      // A process that has just died cannot be sent anything; that it has died is told by its 'close'.
      child.send(message, () => {})
    })
  }

  /** @param lastWords what the watchdog wrote before it ended the process; nothing if it was not the watchdog */
  #ending(lastWords: string, code: number | null, signal: string | null): SeatAnswer {
    const file = this.#loaded?.slot.file ?? 'the file'
    if (lastWords === '') {
      const isOutOfMemory = signal === 'SIGABRT' || code === 134
      this.#hasRunOutOfMemory ||= isOutOfMemory
      return {
        type: 'ended',
        planIndex: 0,
        trouble: {
          code: 'process-ended',
          sentence: isOutOfMemory
            ? `${file} kept more than ${HEAP_LIMIT_MB} MB of memory, or aborted the process it ran in.`
            : `${file} ended the process it ran in (${code === null ? `signal ${signal}` : `exit code ${code}`}), as process.exit does.`,
          next: isOutOfMemory
            ? 'Look for what grows without end.'
            : 'Throw an error instead of leaving: the service is then started again.',
        },
      }
    }
    const [processIndex, planIndex] = JSON.parse(lastWords) as [number, number]
    const culprit = this.#processes[processIndex] ?? file
    return {
      type: 'ended',
      planIndex,
      trouble: {
        code: 'endless-loop',
        sentence: `${culprit} never yields: a single step took more than ${this.#hardLimitMs / 1000} s.`,
        next: 'Look for a loop without an exit; on a slow machine give --hard-limit more time.',
      },
    }
  }
}

/** What the simulator itself threw: a defect of ours, or a file that changes the language under our feet. */
export function brokenDown(report: string): WorkbenchError {
  return new WorkbenchError(
    'simulator-broken',
    `The simulator itself failed while it ran the file: ${report.split('\n')[0]}.`,
    'If the file changes prototypes or globals of JavaScript, take that out; if it does not, this is a defect of the workbench.',
  )
}
