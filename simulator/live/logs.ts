/**
 * Structured logs: one JSON object a line, with the trace id of what it is about; as text where a person reads along.
 */
import kafkajs, { type logCreator } from 'kafkajs'
import pino from 'pino'
import { toTextLines } from './log-text.ts'

export type Log = pino.Logger
export type LogFormat = 'json' | 'text'

/**
 * @param out where lines go; default standard output. Text gets colours where the terminal wants them, and is cut at its width
 */
export function createLog(format: LogFormat, out: NodeJS.WritableStream = process.stdout): Log {
  const options: pino.LoggerOptions = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  }
  return pino(options, format === 'json' ? out : toTextLines(out))
}

/** For whoever wants none: tests, and commands that show something else. */
export const silentLog: Log = pino({ level: 'silent' })

/**
 * What somebody says with more: we, which message could not be handled and of which trace it is; or KafkaJS itself, when the
 * error in an answer, or an address where nobody is, is more than the next attempt can mend.
 */
const SAID_ELSEWHERE =
  /^(Error when calling each(Message|Batch)$|Response \w+\(|Failed to connect to seed broker)/
/** A broker that is away is looked for several times a second. */
const SAID_AGAIN_AFTER_MS = 10_000

/**
 * Lets a KafkaJS client write to the log. What it calls an error it mostly tries again, as it does what it warns of: that is a
 * warning without a stack, and said once in a while. Errors are what reaches the service, or stops its consumer for good; we
 * report those.
 */
export function kafkaLog(log: Log): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel
  const saidAt = new Map<string, number>()

  function isNews(message: string): boolean {
    const now = Date.now()
    if (now - (saidAt.get(message) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_AFTER_MS) return false
    // Messages hold times and addresses, so there is no end of them.
    if (saidAt.size >= 100) saidAt.clear()
    saidAt.set(message, now)
    return true
  }

  return () =>
    ({
      namespace,
      level,
      log: { message, timestamp: _, logger: __, stack: ___, clientId: ____, ...fields },
    }) => {
      const text = `kafkajs${namespace ? ` ${namespace}` : ''}: ${message}`
      const isTold = (level === ERROR || level === WARN) && !SAID_ELSEWHERE.test(message) && isNews(text)
      if (isTold) log.warn(fields, text)
      else log.debug(fields, text)
    }
}
