/**
 * Before the tests of the vitest project `broker`: the broker they run on. `BROKER=host:port` names one that runs already;
 * otherwise one is started for them alone, and removed after them, whatever became of them.
 */
import type { TestProject } from 'vitest/node'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { type RunningBroker, startBroker, stopBroker } from './broker.ts'
import { findFreePort } from './ports.ts'
import { isRunning } from './processes.ts'
import { answers } from './readiness.ts'
import { instances } from './state.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `127.0.0.1:9092` */
    broker: string
    /** Of the broker that was started for these tests; empty when somebody else's was given by `BROKER=host:port`. */
    brokerInstance: string
  }
}

export default async function setUpBroker(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.BROKER
  if (given !== undefined && given !== '') {
    await refuseSilence(given)
    project.provide('broker', given)
    project.provide('brokerInstance', '')
    return async () => {}
  }
  await stopLeftovers()
  const instance = `test-${process.pid}`
  const { address } = await start(instance)
  project.provide('broker', address)
  project.provide('brokerInstance', instance)
  return async () => {
    await stopBroker(instance)
  }
}

/** Far from where developers' brokers are, and below the ports that systems hand out. Two runs at a time begin at different ones. */
async function start(instance: string): Promise<RunningBroker> {
  const port = await findFreePort(20_000 + (process.pid % 4_000) * 3)
  try {
    return await startBroker({ instance, port, onProgress: text => console.log(`${text} …`) })
  } catch (error) {
    await stopBroker(instance)
    throw error instanceof WorkbenchError ? withoutStack(error) : error
  }
}

/** Ends brokers of test runs that were killed themselves and could not do it. */
async function stopLeftovers(): Promise<void> {
  for (const instance of instances()) {
    const [, owner] = /^test-(\d+)(?:-|$)/.exec(instance) ?? []
    if (owner !== undefined && !isRunning(Number(owner))) await stopBroker(instance)
  }
}

async function refuseSilence(address: string): Promise<void> {
  if (await answers(address)) return
  throw withoutStack(
    new WorkbenchError(
      'broker-silent',
      `BROKER is ${address}, and no broker answers there.`,
      'Start it, or leave BROKER out: then one is started for these tests.',
    ),
  )
}

/** Vitest prints what a set-up throws: here the reason and what to do, not where in the code. */
function withoutStack(error: WorkbenchError): Error {
  const plain = new Error(`${error.message} ${error.next}`)
  plain.stack = plain.message
  return plain
}
