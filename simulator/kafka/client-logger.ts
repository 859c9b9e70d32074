/**
 * Where KafkaJS's log lines go inside a simulation: warnings and errors into the trace, without anything that differs between machines.
 *
 * KafkaJS's own logger (kafkajs/src/loggers/index.js) asks the environment for a level whenever a namespace is made, and a
 * client makes many. Nothing but warnings and errors is heard here, whatever the environment says, so ours does without.
 */
import kafkajs, { type LogEntry, type Logger, type logCreator, type logLevel } from 'kafkajs'
import consoleLogCreator from 'kafkajs/src/loggers/console.js'
import loggers from 'kafkajs/src/loggers/index.js'
import type { Runtime } from '#simulator/world/runtime.ts'
import type { LogRecord } from './records.ts'

export interface LoggerOptions {
  readonly logLevel?: logLevel
  readonly logCreator?: logCreator
}

/**
 * @param runtime the world's, or undefined on the wall clock, where KafkaJS logs as ever
 * @param options of the client; whoever sets one of them gets KafkaJS's own logger
 */
export function createLogger(runtime: Runtime | undefined, options: LoggerOptions): Logger {
  const isPlain = options.logLevel === undefined && options.logCreator === undefined
  if (runtime !== undefined && isPlain) return createTraceLogger(runtime)
  return loggers.createLogger({
    level: options.logLevel ?? (runtime === undefined ? INFO : WARN),
    logCreator: options.logCreator ?? (runtime === undefined ? consoleLogCreator : traceLogCreator(runtime)),
  })
}

const { ERROR, WARN, INFO } = kafkajs.logLevel
/** KafkaJS puts the text of whatever a handler threw here, and that may be the engine's own. */
const CRASH = /^(Crash: \w+): .*$/s

function createTraceLogger(runtime: Runtime): Logger {
  /** Of every namespace without a level of its own. */
  let commonLevel: logLevel = WARN
  const namespace = (name: string, ownLevel?: logLevel): Logger => ({
    error: message => {
      if ((ownLevel ?? commonLevel) >= ERROR) write(runtime, name, ERROR, message)
    },
    warn: message => {
      if ((ownLevel ?? commonLevel) >= WARN) write(runtime, name, WARN, message)
    },
    info: ignore,
    debug: ignore,
    namespace,
    setLogLevel,
  })
  function setLogLevel(level: logLevel): void {
    commonLevel = level
  }
  return namespace('')
}

function traceLogCreator(runtime: Runtime): logCreator {
  return () =>
    ({ namespace, level, log }: LogEntry) =>
      write(runtime, namespace, level, log.message)
}

function write(runtime: Runtime, namespace: string, level: logLevel, text: string): void {
  if (level !== ERROR && level !== WARN) return
  // The last words of a process that has died are not heard.
  if (runtime.current?.alive === false) return
  const message = text.replace(CRASH, '$1')
  const record: LogRecord = {
    kind: 'log',
    level: level === ERROR ? 'ERROR' : 'WARN',
    message: namespace === '' ? message : `[${namespace}] ${message}`,
  }
  runtime.record(record, { effect: false, detached: true })
}

function ignore(): void {}
