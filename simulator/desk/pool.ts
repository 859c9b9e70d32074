/**
 * Processes that execute plans side by side. One that never yields, or dies, is replaced, and the run that ended it is reported.
 */
import type { Executor } from '#simulator/explore/executor.ts'
import type { Explanation, ExplanationRequest } from '#simulator/explore/explain.ts'
import type { Measurement } from '#simulator/explore/measure.ts'
import type { RunReport } from '#simulator/explore/run-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { bundleSimulator } from './bundle.ts'
import type { CompiledSlot } from './compile.ts'
import { ROOT } from './exercise.ts'
import { unpack } from './messages.ts'
import { brokenDown, Seat } from './seat.ts'

export interface Pool {
  /**
   * Has every process load the file.
   * @throws WorkbenchError what the file was refused with
   */
  load(exercise: string, slot: CompiledSlot): Promise<Executor>
  /** Runs one plan that a person gave. Its trouble is `unknown-site` or `misplaced-fault` when it names a site that the run never came by. */
  replay(plan: Plan): Promise<RunReport>
  /** Runs the plans in one process; how long each took, in microseconds of real time. */
  time(plans: readonly Plan[]): Promise<readonly number[]>
  /**
   * Runs the plans once more, measuring each, in order.
   * @throws WorkbenchError when one of them does not end; leave out those that did not before
   */
  measure(plans: readonly Plan[]): Promise<readonly Measurement[]>
  /** Explains a failure of the file loaded last. */
  explain(request: ExplanationRequest): Promise<Explanation>
  /** Whether a process has died of more memory than it may have. */
  hasRunOutOfMemory(): boolean
  close(): void
}

export interface PoolOptions {
  /** The program of the processes. Default: built from the sources as they are. */
  readonly program?: Promise<string>
  /** The repository, where a file's packages are found. */
  readonly root?: string
  /** Further flags of Node for the processes. */
  readonly flags?: readonly string[]
}

/** Plans a process gets at a time: enough to make a message worth while, and fewer towards the end, so that all finish together. */
const PLANS_PER_MESSAGE = { most: 64, least: 4 }

export function openPool(workers: number, hardLimitMs: number, options: PoolOptions = {}): Pool {
  const { program = bundleSimulator(), root = ROOT, flags } = options
  const seats = Array.from({ length: workers }, () => new Seat(program, hardLimitMs, flags))
  const idle = Array.from(seats, () => Promise.resolve())

  async function* run(plans: readonly Plan[], wantsSites = false): AsyncGenerator<RunReport> {
    const chunks = chunksOf(plans, workers)
    const results = chunks.map(() => deferred<RunReport[]>())
    let next = 0
    let isOver = false
    async function serve(seat: Seat, free: Promise<void>): Promise<void> {
      await free
      while (!isOver && next < chunks.length) {
        const index = next++
        try {
          results[index]!.resolve(await execute(seat, chunks[index]!, wantsSites))
        } catch (error) {
          isOver = true
          results[index]!.reject(error)
        }
      }
    }
    for (const [index, seat] of seats.entries()) idle[index] = serve(seat, idle[index]!)
    try {
      for (const [index, { promise }] of results.entries()) {
        const reports = await promise
        yield* reports
        // A run that ended its process: nothing that comes after it can be relied upon to end.
        if (reports.length < chunks[index]!.length) return
      }
    } finally {
      isOver = true
    }
  }

  return {
    async load(exercise, slot) {
      await Promise.all(idle)
      await Promise.all(seats.map(seat => seat.load({ type: 'load', exercise, slot, root })))
      return { run }
    },
    async replay(plan) {
      await Promise.all(idle)
      const answer = await seats[0]!.ask({ type: 'replay', plan })
      if (answer.type === 'reports') return unpack(answer.reports[0]!, plan)
      if (answer.type === 'ended') return { violations: [], trouble: answer.trouble, struck: plan.faults }
      throw unexpected(answer)
    },
    async time(plans) {
      await Promise.all(idle)
      const answer = await seats[0]!.ask({ type: 'time', plans })
      if (answer.type === 'timed') return answer.microseconds
      throw unexpected(answer)
    },
    async measure(plans) {
      await Promise.all(idle)
      const share = Math.ceil(plans.length / seats.length)
      const answers = await Promise.all(
        seats.map((seat, index) =>
          seat.ask({ type: 'measure', plans: plans.slice(index * share, (index + 1) * share) }),
        ),
      )
      return answers.flatMap(answer => {
        if (answer.type === 'measured') return answer.measurements
        throw unexpected(answer)
      })
    },
    async explain(request) {
      await Promise.all(idle)
      const answer = await seats[0]!.ask({ type: 'explain', request })
      if (answer.type === 'explained') return answer.explanation
      throw unexpected(answer)
    },
    hasRunOutOfMemory: () => seats.some(seat => seat.hasRunOutOfMemory),
    close() {
      for (const seat of seats) seat.close()
    },
  }
}

/** The reports of the plans, in order; up to the one that ended the process, if one did. */
async function execute(seat: Seat, plans: readonly Plan[], wantsSites: boolean): Promise<RunReport[]> {
  const answer = await seat.ask({ type: 'run', plans, wantsSites })
  if (answer.type === 'reports') return answer.reports.map((report, index) => unpack(report, plans[index]!))
  if (answer.type !== 'ended') throw unexpected(answer)
  const { planIndex, trouble } = answer
  const before = planIndex === 0 ? [] : await execute(seat, plans.slice(0, planIndex), wantsSites)
  if (before.length < planIndex) return before
  return [...before, { violations: [], trouble, struck: plans[planIndex]!.faults }]
}

function unexpected(answer: Awaited<ReturnType<Seat['ask']>>): Error {
  if (answer.type === 'refused' || answer.type === 'ended') {
    const { code, sentence, next } = answer.trouble
    return new WorkbenchError(code, sentence, next)
  }
  if (answer.type === 'broken') return brokenDown(answer.report)
  return new Error(`unexpected answer: ${answer.type}`)
}

function chunksOf<T>(items: readonly T[], workers: number): T[][] {
  const { most, least } = PLANS_PER_MESSAGE
  const chunks: T[][] = []
  let from = 0
  while (from < items.length) {
    const share = Math.ceil((items.length - from) / (4 * workers))
    const upTo = from + Math.max(least, Math.min(most, share))
    chunks.push(items.slice(from, upTo))
    from = upTo
  }
  return chunks
}

function deferred<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Whoever has stopped listening must not be told of it as an unhandled rejection.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
