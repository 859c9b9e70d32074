import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { endProcess, isRunning } from './processes.ts'

let child: ChildProcess
afterEach(() => {
  child.kill('SIGKILL')
})

async function start(script: string): Promise<number> {
  child = spawn(process.execPath, ['-e', `${script}; console.log('up')`, 'some-mark'], { stdio: 'pipe' })
  await once(child.stdout!, 'data')
  return child.pid!
}

test('a process is known by its id and its command line', async () => {
  const pid = await start('setInterval(() => {}, 1000)')
  expect(isRunning(pid)).toBe(true)
  expect(isRunning(pid, 'some-mark')).toBe(true)
  expect(isRunning(pid, 'another-mark')).toBe(false)
  expect(await endProcess(pid, 'some-mark', 'SIGTERM', 5_000)).toBe(true)
  expect(isRunning(pid)).toBe(false)
})

test('one that will not end is reported, and ends when it is killed', async () => {
  const pid = await start('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)')
  expect(await endProcess(pid, 'some-mark', 'SIGTERM', 200)).toBe(false)
  expect(isRunning(pid)).toBe(true)
  expect(await endProcess(pid, 'some-mark', 'SIGKILL', 5_000)).toBe(true)
  expect(isRunning(pid)).toBe(false)
})

test('somebody else’s process that has been given the same id is left alone', async () => {
  const pid = await start('setInterval(() => {}, 1000)')
  expect(await endProcess(pid, 'another-mark', 'SIGKILL', 1_000)).toBe(true)
  expect(isRunning(pid)).toBe(true)
})
