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

/** We say it too, and with more: what was handled, and of which trace. */
const SAID_BY_US = /^Error when calling each(Message|Batch)$/

/**
 * Lets a KafkaJS client write to the log. What it calls an error it mostly tries again, as it does what it warns of: that is a
 * warning without a stack. Errors are what reaches the service, or stops its consumer for good, and those we report.
 */
export function kafkaLog(log: Log): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel
  return () =>
    ({ namespace, level, log: { message, timestamp: _, logger: __, stack: ___, ...fields } }) => {
      const text = `kafkajs${namespace ? ` ${namespace}` : ''}: ${message}`
      if ((level === ERROR || level === WARN) && !SAID_BY_US.test(message)) log.warn(fields, text)
      else log.debug(fields, text)
    }
}
