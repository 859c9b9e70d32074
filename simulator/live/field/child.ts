/**
 * A process of a field run: some instances of a scenario on a real broker, at the command of the process that drives the run.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import { connectToBroker } from '../cluster.ts'
import { chooseInstances, instancesOf } from '../instance.ts'
import { startLive } from '../live.ts'
import { createLog, silentLog } from '../logs.ts'
import { openStateFolder } from '../state-folder.ts'
import type { ChildTask, FromChild, ToChild } from './crew.ts'
import { loadScenario } from './scenario-reference.ts'

const READY_EVERY_MS = 50

const say = (message: FromChild) => process.send?.(message)
const task = JSON.parse(process.argv[2] ?? '') as ChildTask
try {
  await work(task)
} catch (error) {
  if (!(error instanceof WorkbenchError)) throw error
  say({ type: 'refused', code: error.code, sentence: error.message, next: error.next })
  process.exitCode = 1
  process.disconnect()
}

async function work({ scenario: reference, instances, broker, state: folder, faults, isLogged }: ChildTask) {
  const log = isLogged ? createLog('json') : silentLog
  const scenario = await loadScenario(reference)
  const cluster = await connectToBroker(broker, scenario.topics, log)
  const live = await startLive({
    scenario,
    instances: chooseInstances(instancesOf(scenario), instances),
    cluster,
    state: openStateFolder(folder),
    log,
    groups: [],
    faults,
  })
  const readiness = setInterval(() => {
    if (!live.isReady()) return
    clearInterval(readiness)
    say({ type: 'ready' })
  }, READY_EVERY_MS)

  let isStopping = false
  async function stop(): Promise<void> {
    if (isStopping) return
    isStopping = true
    clearInterval(readiness)
    await live.stop()
    await cluster.close()
    process.exit(0)
  }
  process.on('message', (message: ToChild) => {
    if (message.type === 'heal') live.heal()
    else void stop()
  })
  // Nobody is left who could want anything of it.
  process.on('disconnect', () => void stop())
  // Ctrl-C goes to every process of the terminal; the driver decides what comes of it.
  process.on('SIGINT', () => {})
}
