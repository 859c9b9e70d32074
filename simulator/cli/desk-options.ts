/**
 * The options of commands that judge, read at the door, and the desk they open.
 */
import { z } from 'zod'
import { type Desk, openDesk } from '#simulator/desk/desk.ts'
import { type JudgeOptions, THOROUGH } from '#simulator/explore/judge.ts'
import { parseDuration } from '#simulator/faults/duration.ts'
import { seedSchema } from '#simulator/faults/plan.ts'
import { readNumber } from '#simulator/faults/query.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/** As commander gives them. */
export interface DeskFlags {
  readonly workers?: string
  readonly hardLimit?: string
  readonly samples?: string
  readonly seed?: string
  readonly all?: boolean
  readonly thorough?: boolean
}

const MAX_WORKERS = 64
const MAX_SAMPLES = 1_000_000
/** Less than this an ordinary step may take on a busy machine. */
const MIN_HARD_LIMIT_MS = 100
const MAX_HARD_LIMIT_MS = 600_000

const wholeNumber = (min: number, max: number) => {
  const should = `should be a whole number from ${min} to ${max}`
  return z.number({ error: should }).int(should).min(min, should).max(max, should)
}

/** @throws WorkbenchError naming the option */
export function readJudgeOptions({ samples, seed, all, thorough }: DeskFlags): JudgeOptions {
  return {
    ...(thorough === true ? THOROUGH : {}),
    ...(samples === undefined
      ? {}
      : { samples: readNumber('--samples', samples, wholeNumber(0, MAX_SAMPLES)) }),
    ...(seed === undefined ? {} : { seed: readNumber('--seed', seed, seedSchema) }),
    ...(all === true ? { collectAll: true } : {}),
  }
}

/**
 * Opens a desk that leaves no process behind, however the command ends.
 * @throws WorkbenchError naming the option
 */
export function openDeskFor({ workers, hardLimit }: DeskFlags): Desk {
  const desk = openDesk({
    ...(workers === undefined
      ? {}
      : { workers: readNumber('--workers', workers, wholeNumber(1, MAX_WORKERS)) }),
    ...(hardLimit === undefined ? {} : { hardLimitMs: readHardLimit(hardLimit) }),
  })
  const onSignal = () => {
    desk.close()
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
    // What close() has begun is done before this.
    setImmediate(() => process.exit(INTERRUPTED))
  }
  for (const signal of SIGNALS) process.once(signal, onSignal)
  return {
    ...desk,
    close() {
      for (const signal of SIGNALS) process.off(signal, onSignal)
      desk.close()
    },
  }
}

/** What a shell reports of a command that Ctrl-C ended. */
const INTERRUPTED = 130
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** `2s`, `500ms`; a bare number is seconds, as it is for `sim`. */
export function readHardLimit(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : parseDuration(text)
  if (ms !== undefined && ms >= MIN_HARD_LIMIT_MS && ms <= MAX_HARD_LIMIT_MS) return Math.round(ms)
  throw new WorkbenchError(
    'bad-option',
    `--hard-limit should be a duration from ${MIN_HARD_LIMIT_MS}ms to ${MAX_HARD_LIMIT_MS / 60_000}m such as 2s, but is "${text}".`,
    'Correct it and run the command again.',
  )
}
