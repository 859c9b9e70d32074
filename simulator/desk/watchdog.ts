/**
 * Ends a process whose main thread never yields: plain JavaScript in a thread of its own looks at what the simulation reports.
 */
import { Worker } from 'node:worker_threads'

export interface Watchdog {
  /** Element 0 counts steps, element 1 is the index of the process at work, element 2 is 1 while there is work to watch, element 3 is free for the owner. */
  readonly pulse: Int32Array
}

/** What is written to file descriptor 3 before the end: elements 1 and 3 of the pulse. */
const WATCHDOG = `
  const { workerData: { pulse, hardLimitMs } } = require('node:worker_threads')
  const fs = require('node:fs')
  const checkEveryMs = Math.max(20, Math.min(250, hardLimitMs / 4))
  let last = ''
  let stuckMs = 0
  setInterval(() => {
    const now = pulse[0] + '/' + pulse[3]
    stuckMs = pulse[2] === 1 && now === last ? stuckMs + checkEveryMs : 0
    last = now
    if (stuckMs < hardLimitMs) return
    fs.writeSync(3, JSON.stringify([pulse[1], pulse[3]]))
    process.kill(process.pid, 'SIGKILL')
  }, checkEveryMs)
`

/** @param hardLimitMs real milliseconds that a single step may take */
export function startWatchdog(hardLimitMs: number): Watchdog {
  const pulse = new Int32Array(new SharedArrayBuffer(16))
  pulse[1] = -1
  new Worker(WATCHDOG, { eval: true, execArgv: [], workerData: { pulse, hardLimitMs } }).unref()
  return { pulse }
}
