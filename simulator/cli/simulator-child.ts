/**
 * The child process that simulates: runs one task after another, as asked over IPC, and says how each went.
 *
 * A process and not a thread, because native addons do not survive the end of a thread on every version of Node.
 */
import { startWatchdog } from '#simulator/desk/watchdog.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { runShop } from './run-shop.ts'
import type { ChildMessage } from './simulator-process.ts'
import type { SimTask } from './tasks.ts'

const { pulse } = startWatchdog(Number(process.argv[2]))

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
