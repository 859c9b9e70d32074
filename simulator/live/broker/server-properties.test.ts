import { expect, test } from 'vitest'
import { serverProperties } from './server-properties.ts'

const text = serverProperties({ port: 9092, controllerPort: 9093, dataFolder: '/tmp/data' })
const settings = new Map(
  text
    .trimEnd()
    .split('\n')
    .map(line => line.split(/=(.*)/) as [string, string]),
)

test('clients reach the broker on the loopback interface only', () => {
  expect(settings.get('listeners')).toBe('PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093')
  expect(settings.get('advertised.listeners')).toBe('PLAINTEXT://127.0.0.1:9092')
  expect(settings.get('controller.quorum.voters')).toBe('1@127.0.0.1:9093')
  expect(text).not.toContain('0.0.0.0')
})

test('every internal topic has one copy, and one partition to wait for', () => {
  for (const topic of ['offsets.topic', 'transaction.state.log', 'share.coordinator.state.topic']) {
    expect(settings.get(`${topic}.replication.factor`), topic).toBe('1')
    expect(settings.get(`${topic}.num.partitions`), topic).toBe('1')
  }
})

test('a consumer group forms at once, and a killed broker is soon given up', () => {
  expect(settings.get('group.initial.rebalance.delay.ms')).toBe('0')
  expect(Number(settings.get('broker.session.timeout.ms'))).toBeLessThan(9_000)
})

test('a path of Windows keeps its backslashes', () => {
  const windows = serverProperties({ port: 1, controllerPort: 2, dataFolder: 'C:\\tmp\\data' })
  expect(windows).toContain('log.dirs=C:\\\\tmp\\\\data\n')
})
