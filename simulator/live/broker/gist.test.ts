import { describe, expect, test } from 'vitest'
import { gistOfLog, gistOfMaven } from './gist.ts'

describe('of a log', () => {
  test('the root of the last exception says why', () => {
    const log = `
2026-01-01 10:00:00.000 INFO  KafkaServer: starting
2026-01-01 10:00:01.000 ERROR KafkaRaftServer: Exiting
org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092
\tat kafka.network.Acceptor.open(SocketServer.scala:1)
Caused by: java.net.BindException: Address already in use
\tat java.base/sun.nio.ch.Net.bind0(Native Method)
2026-01-01 10:00:02.000 INFO  KafkaServer: shut down
`
    expect(gistOfLog(log)).toBe('java.net.BindException: Address already in use.')
  })

  test('without a cause it is the exception, then the last error, then the last line', () => {
    expect(gistOfLog('a\njava.lang.OutOfMemoryError: Java heap space\n\tat x\nb\n')).toBe(
      'java.lang.OutOfMemoryError: Java heap space.',
    )
    expect(gistOfLog('2026-01-01 10:00:01.000 ERROR Server: no room\n2026 INFO done')).toBe(
      'Server: no room.',
    )
    expect(gistOfLog('Unrecognized VM option\nsomething else\n\n')).toBe('something else.')
    expect(gistOfLog('')).toBe('its log is empty.')
  })

  test('it stays a sentence, however long the line', () => {
    const gist = gistOfLog(`java.lang.IllegalStateException: ${'x'.repeat(1000)}`)
    expect(gist.length).toBeLessThanOrEqual(220)
    expect(gist).toMatch(/x…$/)
  })
})

describe('of what Maven says', () => {
  test('the failed transfer counts, without its address twice, colours and advice', () => {
    const output = [
      '\u001b[0m[ERROR] Plugin p:1 or one of its dependencies could not be resolved: Could not transfer artifact p:1',
      ' from/to mirror (http://localhost:9/none): transfer failed for http://localhost:9/none/p.pom:',
      ' Connect to localhost:9 failed: Connection refused -> [Help 1]\n[ERROR] \n[ERROR] Re-run Maven with -X',
    ].join('')
    expect(gistOfMaven(output)).toBe(
      'Could not transfer artifact p:1 from/to mirror (http://localhost:9/none): Connect to localhost:9 failed: Connection refused.',
    )
  })

  test('settings that cannot be read are named', () => {
    const output =
      '[ERROR] Error executing Maven.\n[ERROR] 1 problem\n[FATAL] Non-readable settings /x.xml: no more data'
    expect(gistOfMaven(output)).toBe('Non-readable settings /x.xml: no more data.')
  })

  test('silence is said to be silence', () => {
    expect(gistOfMaven('\n')).toBe('it does not say why.')
  })
})
