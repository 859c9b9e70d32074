import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createCluster } from '#simulator/kafka/cluster.ts'
import { openJournal } from './sqlite-journal.ts'
import { newFile, open, tidy } from './testing/journals.ts'

afterEach(tidy)

const VICTIM = fileURLToPath(new URL('./testing/kill-victim.ts', import.meta.url))
const LIVES = 3

/** Lets the program run until it has printed so many lines, kills it, and returns all that it printed. */
async function liveAndDie(file: string, first: number, lines: number): Promise<string[]> {
  // It prints into a file, not a pipe: what is written there is there, however full the other end is.
  const output = `${file}.${first}.txt`
  const handle = openSync(output, 'w')
  const child = spawn(process.execPath, ['--import', 'tsx', VICTIM, file, String(first)], {
    stdio: ['ignore', handle, 'inherit'],
  })
  const closed = once(child, 'close')
  closeSync(handle)
  const printed = () => readFileSync(output, 'utf8').split('\n').slice(0, -1)
  while (printed().length < lines && child.exitCode === null) await setTimeout(5)
  expect(() => openJournal(file)).toThrow(expect.objectContaining({ code: 'journal-in-use' }))
  child.kill('SIGKILL')
  expect(await closed).toEqual([null, 'SIGKILL'])
  return printed()
}

test('whatever was acknowledged before a SIGKILL is there afterwards, once, and transactions are whole', async () => {
  const file = newFile()
  const promised: string[] = []
  const clusterIds = new Set<string>()
  for (let life = 0; life < LIVES; life++) {
    promised.push(...(await liveAndDie(file, life * 1_000_000, 200 + 137 * life)))
    const journal = open(file)
    clusterIds.add(journal.clusterId)
    const cluster = createCluster({ journal })
    const of = (kind: string) =>
      promised.filter(line => line.startsWith(`${kind} `)).map(line => line.slice(kind.length + 1))
    const values = (topic: string) =>
      [...cluster.messages(topic, 'read_committed')].map(({ value }) => String(value))

    const plain = [0, 1].map(partition =>
      [...cluster.messages('plain')]
        .filter(message => message.partition === partition)
        .map(({ value }) => String(value)),
    )
    for (const inPartition of plain) {
      expect(new Set(inPartition).size).toBe(inPartition.length)
      expect(missing(of('sent'), inPartition)).toEqual([])
    }
    const [left, right] = [values('left'), values('right')]
    expect(left).toEqual(right)
    expect(new Set(left).size).toBe(left.length)
    expect(missing(of('committed'), left)).toEqual([])
    expect(missing(left, of('aborted'))).toEqual(left)
    expect(left.at(-1)).toBe(String(cluster.committedOffset('writers', 'plain', 0)))

    const acknowledged = new Map<number, number>()
    for (const line of of('offset')) {
      const [partition, offset] = line.split(' ').map(Number)
      acknowledged.set(partition!, Math.max(offset!, acknowledged.get(partition!) ?? 0))
    }
    expect([...acknowledged.keys()].sort()).toEqual([0, 1])
    for (const [partition, offset] of acknowledged) {
      expect(cluster.committedOffset('readers', 'plain', partition)).toBeGreaterThanOrEqual(offset)
    }
    journal.close()
  }
  expect(clusterIds.size).toBe(1)
  for (const kind of ['sent', 'committed', 'aborted', 'offset']) {
    expect(promised.filter(line => line.startsWith(kind)).length).toBeGreaterThan(20)
  }
})

function missing(wanted: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found)
  return wanted.filter(value => !there.has(value))
}
