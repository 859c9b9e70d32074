/**
 * Processes that this one may not be the parent of: are they there, and how to end them.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 10

/**
 * @param mark a part of its command line: process ids are given out again, so a number alone proves nothing
 */
export function isRunning(pid: number, mark = ''): boolean {
  return exists(pid) && !isZombie(pid) && (mark === '' || commandLineOf(pid).includes(mark))
}

/**
 * Sends the signal and waits until the process is gone, with its sockets and files: one that is ending has no command line
 * any more, but may still hold its port.
 * @returns whether it was gone in time
 */
export async function endProcess(
  pid: number,
  mark: string,
  signal: 'SIGTERM' | 'SIGKILL',
  timeoutMs: number,
): Promise<boolean> {
  if (!isRunning(pid, mark)) return true
  process.kill(pid, signal)
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    if (!exists(pid) || isZombie(pid)) return true
    await sleep(POLL_MS)
  }
  return false
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Forbidden: it is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** It has ended, and only its parent has not yet asked how. Its first thread may end before the others do. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const state = stat.charAt(stat.lastIndexOf(')') + 2)
    return state === 'Z' && readdirSync(`/proc/${pid}/task`).length === 1
  } catch {
    return listed(pid, 'stat').startsWith('Z')
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return listed(pid, 'command')
  }
}

/** Where there is no /proc. */
function listed(pid: number, column: 'command' | 'stat'): string {
  try {
    const args = ['-ww', '-o', `${column}=`, '-p', String(pid)]
    return execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return ''
  }
}
