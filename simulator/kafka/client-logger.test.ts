import kafkajs, { type LogEntry } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createWorld } from '#simulator/world/world.ts'
import { createLogger } from './client-logger.ts'

function traced() {
  const messages: unknown[] = []
  const world = createWorld({
    seed: 1,
    onRecord: record => messages.push('message' in record && record.message),
  })
  return { runtime: world.runtime, messages }
}

describe('client logger', () => {
  it('writes warnings and errors into the trace, under their namespace, and nothing else', () => {
    const { runtime, messages } = traced()
    const logger = createLogger(runtime, {})
    const consumer = logger.namespace('Consumer')
    for (const level of ['debug', 'info', 'warn', 'error'] as const) consumer[level](level)
    logger.error('plain')
    expect(messages).toEqual(['[Consumer] warn', '[Consumer] error', 'plain'])
  })

  it('keeps the engine’s own words out of a crash', () => {
    const { runtime, messages } = traced()
    createLogger(runtime, {}).error('Crash: TypeError: x is not a function')
    expect(messages).toEqual(['Crash: TypeError'])
  })

  it('obeys a level set later, except where a namespace has its own', () => {
    const { runtime, messages } = traced()
    const logger = createLogger(runtime, {})
    const own = logger.namespace('Own', kafkajs.logLevel.ERROR)
    own.warn('not heard')
    logger.setLogLevel(kafkajs.logLevel.NOTHING)
    logger.error('not heard')
    own.error('heard')
    expect(messages).toEqual(['[Own] heard'])
  })

  it('is KafkaJS’s own for whoever brings a log creator', () => {
    const { runtime, messages } = traced()
    const entries: LogEntry[] = []
    const logCreator = () => (entry: LogEntry) => void entries.push(entry)
    createLogger(runtime, { logCreator }).warn('to somewhere else')
    expect(entries.map(({ log }) => log.message)).toEqual(['to somewhere else'])
    expect(messages).toEqual([])
  })
})
