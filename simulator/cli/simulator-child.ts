/**
 * The child process that simulates: runs one task after another, as asked over IPC, and says how each went.
 *
 * A process and not a thread, because native addons do not survive the end of a thread on every version of Node.
 */
import { Worker } from 'node:worker_threads'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { runShop } from './run-shop.ts'
import type { ChildMessage } from './simulator-process.ts'
import type { SimTask } from './tasks.ts'

/** Element 0 counts steps, element 1 is the index of the process at work, element 2 is 1 while a task is on. */
const pulse = new Int32Array(new SharedArrayBuffer(12))
const hardLimitMs = Number(process.argv[2])

/** Plain JavaScript in a thread of its own: it sees a main thread that never yields, says who it was, and ends the process. */
const WATCHDOG = `
  const { workerData: { pulse, hardLimitMs, names } } = require('node:worker_threads')
  const fs = require('node:fs')
  const checkEveryMs = Math.max(20, Math.min(250, hardLimitMs / 4))
  let lastStep = -1
  let stuckMs = 0
  setInterval(() => {
    const step = Atomics.load(pulse, 0)
    stuckMs = pulse[2] === 1 && step === lastStep ? stuckMs + checkEveryMs : 0
    lastStep = step
    if (stuckMs < hardLimitMs) return
    fs.writeSync(3, names[pulse[1]] ?? 'The simulation')
    process.kill(process.pid, 'SIGKILL')
  }, checkEveryMs)
`

new Worker(WATCHDOG, {
  eval: true,
  execArgv: [],
  workerData: { pulse, hardLimitMs, names: [...SERVICE_NAMES, 'shopper', 'operator'] },
}).unref()

function say(message: ChildMessage): void {
  process.send!(message)
}

async function answer(task: SimTask): Promise<void> {
  pulse[0] = 0
  pulse[1] = -1
  pulse[2] = 1
  try {
    const result = await runShop(task, pulse, progress => say({ type: 'progress', progress }))
    say({ type: 'result', result })
  } catch (error) {
    if (error instanceof WorkbenchError) {
      say({ type: 'refused', code: error.code, sentence: error.message, next: error.next })
    } else {
      say({ type: 'broken', report: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  } finally {
    pulse[2] = 0
  }
}

process.on('message', (task: SimTask) => void answer(task))
process.on('disconnect', () => process.exit())
say({ type: 'ready' })
