import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type Cluster, createCluster } from '#simulator/kafka/cluster.ts'
import { openJournal } from './sqlite-journal.ts'
import { newFile, open, tidy } from './testing/journals.ts'

afterEach(tidy)

const VICTIM = fileURLToPath(new URL('./testing/kill-victim.ts', import.meta.url))
const LIVES = 3
/** What it prints. */
const KINDS = ['sent', 'committed', 'aborted', 'offset']

/** Lets the program run until it has printed so many lines of each kind, kills it, and returns all that it printed. */
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
  try {
    const isEnough = () => KINDS.every(kind => linesOf(printed(), kind).length >= lines)
    while (!isEnough() && child.exitCode === null) await setTimeout(5)
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code: 'journal-in-use' }))
  } finally {
    child.kill('SIGKILL')
  }
  expect(await closed).toEqual([null, 'SIGKILL'])
  return printed()
}

test('whatever was acknowledged before a SIGKILL is there afterwards, once, and transactions are whole', async () => {
  const file = newFile()
  const promised: string[] = []
  const clusterIds = new Set<string>()
  for (let life = 0; life < LIVES; life++) {
    promised.push(...(await liveAndDie(file, life * 1_000_000, 5 + 7 * life)))
    const journal = open(file)
    clusterIds.add(journal.clusterId)
    expectKept(promised, createCluster({ journal }))
    journal.close()
  }
  expect(clusterIds.size).toBe(1)
}, 120_000)

function expectKept(promised: readonly string[], cluster: Cluster): void {
  const plain = [...cluster.messages('plain')]
  for (const partition of [0, 1]) {
    const values = plain.filter(message => message.partition === partition).map(({ value }) => String(value))
    expect(new Set(values).size).toBe(values.length)
    expect(missing(linesOf(promised, 'sent'), values)).toEqual([])
  }
  const [left, right] = ['left', 'right'].map(topic =>
    [...cluster.messages(topic, 'read_committed')].map(({ value }) => String(value)),
  ) as [string[], string[]]
  expect(left).toEqual(right)
  expect(new Set(left).size).toBe(left.length)
  expect(missing(linesOf(promised, 'committed'), left)).toEqual([])
  expect(missing(left, linesOf(promised, 'aborted'))).toEqual(left)
  expect(left.at(-1)).toBe(String(cluster.committedOffset('writers', 'plain', 0)))

  const acknowledged = linesOf(promised, 'offset').map(line => line.split(' ').map(Number))
  expect(new Set(acknowledged.map(([partition]) => partition))).toEqual(new Set([0, 1]))
  for (const [partition, offset] of acknowledged) {
    expect(cluster.committedOffset('readers', 'plain', partition!)).toBeGreaterThanOrEqual(offset!)
  }
}

/** What comes after the word in the lines that begin with it. */
function linesOf(promised: readonly string[], kind: string): string[] {
  return promised.filter(line => line.startsWith(`${kind} `)).map(line => line.slice(kind.length + 1))
}

function missing(wanted: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found)
  return wanted.filter(value => !there.has(value))
}
