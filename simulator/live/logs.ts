/**
 * Structured logs: one JSON object a line, with the trace id of what it is about; as text where a person reads along.
 */
import { Writable } from 'node:stream'
import kafkajs, { type logCreator } from 'kafkajs'
import pino from 'pino'

export type Log = pino.Logger
export type LogFormat = 'json' | 'text'

/** Fields that the text shows in their own way, or not at all. */
const OWN_FIELDS = new Set(['level', 'time', 'service', 'msg', 'trace_id', 'err'])

/** @param out where lines go; default standard output */
export function createLog(format: LogFormat, out: NodeJS.WritableStream = process.stdout): Log {
  const options: pino.LoggerOptions = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  }
  return pino(options, format === 'json' ? out : textStream(out))
}

/** For whoever wants none: tests, and commands that show something else. */
export const silentLog: Log = pino({ level: 'silent' })

/** Lets a KafkaJS client write to the log, without the stacks of errors that it handles itself. */
export function kafkaLog(log: Log): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel
  return () =>
    ({ namespace, level, log: { message, timestamp: _, logger: __, stack: ___, ...fields } }) => {
      const text = `kafkajs ${namespace}: ${message}`
      // What KafkaJS calls an error is mostly something that it then tries again.
      if (level === ERROR || level === WARN) log.warn(fields, text)
      else log.debug(fields, text)
    }
}

function textStream(out: NodeJS.WritableStream): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') out.write(`${toText(line)}\n`)
      done()
    },
  })
}

/** `12:03:04.567 inventory  handled OrderPlaced order-7  topic=order.events … trace=0af76519` */
function toText(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>
  const { level, time, service, msg, trace_id: traceId } = fields
  const rest = Object.entries(fields)
    .filter(([name]) => !OWN_FIELDS.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
  if (typeof traceId === 'string') rest.push(`trace=${traceId.slice(0, 8)}`)
  const sign = level === 'error' || level === 'fatal' ? '✗ ' : level === 'warn' ? '! ' : '  '
  const head = `${String(time).slice(11, 23)} ${sign}${String(service ?? '').padEnd(14)} ${msg}`
  const stack = (fields.err as { stack?: string } | undefined)?.stack?.replace(/^/gm, '    ')
  return [
    rest.length === 0 ? head : `${head}  ${rest.join(' ')}`,
    ...(stack === undefined ? [] : [stack]),
  ].join('\n')
}
