/**
 * The worker thread: runs one simulation after another, as asked, and says how it went.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { SERVICE_NAMES } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { JobData, WorkerMessage } from './job.ts'
import { runShop } from './run-shop.ts'
import type { SimTask } from './tasks.ts'

const { pulse } = workerData as JobData

function say(message: WorkerMessage): void {
  parentPort!.postMessage(message)
}

async function answer(task: SimTask): Promise<void> {
  try {
    const result = await runShop(task, pulse, progress => say({ type: 'progress', progress }))
    say({ type: 'result', result })
  } catch (error) {
    if (error instanceof WorkbenchError) {
      say({ type: 'refused', code: error.code, sentence: error.message, next: error.next })
    } else {
      say({ type: 'broken', report: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
}

say({ type: 'processes', names: [...SERVICE_NAMES, 'shopper', 'operator'] })
parentPort!.on('message', (task: SimTask) => void answer(task))
