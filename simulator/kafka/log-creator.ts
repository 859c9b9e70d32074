/**
 * Where KafkaJS's log lines go inside a simulation: warnings and errors into the trace, without anything that differs between machines.
 */
import kafkajs, { type LogEntry, type logCreator } from 'kafkajs'
import type { Runtime } from '#simulator/world/runtime.ts'
import type { LogRecord } from './records.ts'

/** KafkaJS puts the text of whatever a handler threw here, and that may be the engine's own. */
const CRASH = /^(Crash: \w+): .*$/s

export function traceLogCreator(runtime: Runtime): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel
  return () =>
    ({ namespace, level, log }: LogEntry) => {
      if (level !== ERROR && level !== WARN) return
      // The last words of a process that has died are not heard.
      if (runtime.current?.alive === false) return
      const message = log.message.replace(CRASH, '$1')
      const record: LogRecord = {
        kind: 'log',
        level: level === ERROR ? 'ERROR' : 'WARN',
        message: namespace === '' ? message : `[${namespace}] ${message}`,
      }
      runtime.record(record, { effect: false, detached: true })
    }
}
