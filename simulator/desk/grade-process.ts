/**
 * Judging processes under the eyes of somebody who ends one, with all it has started, when it takes too long or too much.
 */
import { type ChildProcess, fork } from 'node:child_process'
import type { FromJudge, Judgement, ToJudge } from './grade-judgement.ts'
import { watchMemory } from './grade-memory.ts'

export interface JudgingLimits {
  /** Real milliseconds for compiling and judging an answer. */
  readonly timeLimitMs: number
  /** Megabytes for all processes together that judge an answer. */
  readonly memoryLimitMb: number
}

export interface Judging {
  readonly order: ToJudge & { readonly type: 'compile' }
  /** Asked when it is known what the answer is made of; false leaves it at that. */
  wantsJudgement(content: string): boolean
}

/** @returns undefined when no judgement was wanted; never rejected, whatever the answer does */
export type Judge = (judging: Judging) => Promise<Judgement | undefined>

/**
 * @param program what the processes run
 * @param signal ends all of them
 */
export function createJudge(
  program: string,
  { timeLimitMs, memoryLimitMb }: JudgingLimits,
  signal: AbortSignal,
): Judge {
  const memory = watchMemory()
  /** How to finish those that are at work, each with this judgement. */
  const atWork = new Set<(judgement: Judgement) => void>()
  const endAll = () => {
    for (const finish of atWork) finish(INTERRUPTED)
  }
  signal.addEventListener('abort', endAll)
  process.on('exit', endAll)

  return ({ order, wantsJudgement }) =>
    new Promise(resolve => {
      if (signal.aborted) return resolve(INTERRUPTED)
      const child = start(program)
      const { pid } = child
      const finish = (judgement: Judgement | undefined) => {
        clearTimeout(timer)
        atWork.delete(finish)
        if (pid !== undefined) memory.remove(pid)
        child.removeAllListeners()
        child.on('error', () => {})
        endGroup(child)
        resolve(judgement)
      }
      const timer = setTimeout(() => finish(tooLong(timeLimitMs)), timeLimitMs)
      atWork.add(finish)
      if (pid !== undefined) memory.add(pid, memoryLimitMb, () => finish(tooMuch(memoryLimitMb)))
      child.on('error', error => finish(failed(`could not start: ${error.message}`)))
      child.on('exit', (code, by) =>
        finish(failed(by === null ? `ended with code ${code}` : `died of ${by}`)),
      )
      child.on('message', (message: FromJudge) => {
        if (message.type === 'judged') finish(message.judgement)
        else if (message.type === 'defect') finish(failed(`failed: ${message.report.split('\n')[0]}`))
        else if (wantsJudgement(message.content)) tell(child, { type: 'judge' })
        else finish(undefined)
      })
      tell(child, order)
    })
}

function start(program: string): ChildProcess {
  return fork(program, [], {
    // A group of its own: it is ended as one, and a Ctrl-C in the terminal is not for it.
    detached: true,
    execArgv: [],
    // Secrets of the shell are none of a student's business; the time zone is part of what a file does.
    env: process.env.TZ === undefined ? {} : { TZ: process.env.TZ },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

/** A process that has just died cannot be told anything; that it has died is heard anyhow. */
function tell(child: ChildProcess, message: ToJudge): void {
  child.send(message, () => {})
}

/** With all processes it has started, if it has got that far itself. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // There is nobody left.
  }
}

const INTERRUPTED: Judgement = {
  kind: 'not-judged',
  code: 'interrupted',
  sentence: 'The grading was interrupted.',
}

function tooLong(timeLimitMs: number): Judgement {
  return { kind: 'timed-out', sentence: `It was not judged within ${timeLimitMs / 1000} s.` }
}

function tooMuch(memoryLimitMb: number): Judgement {
  return { kind: 'out-of-memory', sentence: `It took more than ${memoryLimitMb} MB of memory.` }
}

function failed(how: string): Judgement {
  return { kind: 'not-judged', sentence: `The process that should judge it ${how}.` }
}
