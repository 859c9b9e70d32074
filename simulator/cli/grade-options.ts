/**
 * The options of `grade`, read at the door.
 */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, extname, resolve } from 'node:path'
import { z } from 'zod'
import type { JudgingLimits } from '#simulator/desk/grade-process.ts'
import { formatDuration, parseDuration } from '#simulator/faults/duration.ts'
import { readNumber } from '#simulator/faults/query.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

/** As commander gives them. */
export interface GradeFlags {
  readonly exercise: readonly string[]
  readonly format: string
  readonly output?: string
  readonly timeLimit: string
  readonly memoryLimit: string
  readonly jobs?: string
}

const FORMATS = ['terminal', 'csv', 'json'] as const
export type GradeFormat = (typeof FORMATS)[number]

/** A file to be written: where, and in which form. */
export interface GradeOutput {
  readonly file: string
  readonly format: Exclude<GradeFormat, 'terminal'>
}

/** Compiling and starting the processes takes half a second of it, on a busy machine. */
const TIME_LIMIT_MS = { least: 1_000, most: 3_600_000 }
/** What the processes need before a student's file has done anything is well below. */
const MEMORY_LIMIT_MB = { least: 512, most: 65_536 }
const MAX_JOBS = 64

/** @throws WorkbenchError naming the option */
export function readFormat(text: string): GradeFormat {
  const found = FORMATS.find(format => format === text)
  if (found !== undefined) return found
  throw badOption(`--format is terminal, csv or json, not "${text}".`)
}

/** @throws WorkbenchError naming the option */
export function readLimits({ timeLimit, memoryLimit }: GradeFlags): JudgingLimits {
  const { least, most } = MEMORY_LIMIT_MB
  return {
    timeLimitMs: readTimeLimit(timeLimit),
    memoryLimitMb: readNumber('--memory-limit', memoryLimit, wholeNumber(least, most)),
  }
}

/** @returns one a core unless told otherwise. @throws WorkbenchError naming the option */
export function readJobs({ jobs }: GradeFlags): number {
  return jobs === undefined
    ? Math.min(MAX_JOBS, availableParallelism())
    : readNumber('--jobs', jobs, wholeNumber(1, MAX_JOBS))
}

/** @throws WorkbenchError when it cannot be written, before anything is judged in vain */
export function readOutput({ output }: GradeFlags, from: string): GradeOutput | undefined {
  if (output === undefined) return undefined
  const file = resolve(from, output)
  const format = extname(file).slice(1).toLowerCase()
  if (format !== 'csv' && format !== 'json')
    throw badOption(`--output is a file that ends in .csv or .json, not "${output}".`)
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw badOption(`--output ${output} is a folder.`)
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw badOption(`--output ${output} cannot be written: there is no such folder.`)
  return { file, format }
}

/** `60s`, `2m`; a bare number is seconds, as it is for `--hard-limit`. */
function readTimeLimit(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : parseDuration(text)
  const { least, most } = TIME_LIMIT_MS
  if (ms !== undefined && ms >= least && ms <= most) return Math.round(ms)
  throw badOption(
    `--time-limit should be a duration from ${formatDuration(least)} to ${formatDuration(most)} such as 60s, but is "${text}".`,
  )
}

function wholeNumber(least: number, most: number): z.ZodType<number> {
  const should = `should be a whole number from ${least} to ${most}`
  return z.number({ error: should }).int(should).min(least, should).max(most, should)
}

function badOption(sentence: string): WorkbenchError {
  return new WorkbenchError('bad-option', sentence, 'Correct it and run the command again.')
}
