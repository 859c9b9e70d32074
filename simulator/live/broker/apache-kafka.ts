/**
 * Apache Kafka as a process of this machine: one node that is broker and controller in one (KRaft), with its data in a
 * temporary folder. It is no child of the command that started it, and outlives it.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { ROOT } from '#simulator/desk/exercise.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { gistOfLog } from './gist.ts'
import { cachedJars, DOWNLOAD_SIZE, downloadJars, KAFKA_VERSION } from './kafka-jars.ts'
import { clusterIdIn, configure, format, logFileIn, type Server, spawnServer } from './kafka-process.ts'
import { findFreePort, refuseBusyPort } from './ports.ts'
import { endProcess, isRunning } from './processes.ts'
import { READY_WITHIN_MS, waitUntilReady } from './readiness.ts'
import { claimState, keptLog, type RunningBroker, removeState, writeState } from './state.ts'

/** Asked to end, it writes what it has and closes its files. The data goes with it, so there is no reason to be patient. */
const STOPPED_WITHIN_MS = 10_000

export interface KafkaRequest {
  readonly instance: string
  readonly port: number
  readonly onProgress: (text: string) => void
}

/** @throws WorkbenchError `port-taken`, `no-maven`, `download-failed`, `broker-starting`, `broker-died`, `broker-silent` */
export async function startKafka({ instance, port, onProgress }: KafkaRequest): Promise<RunningBroker> {
  await refuseBusyPort(port)
  const jars = cachedJars() ?? (await download(onProgress))
  const dataFolder = mkdtempSync(join(tmpdir(), 'out-of-order-broker-'))
  const broker: RunningBroker = {
    instance,
    kind: 'apache-kafka',
    version: KAFKA_VERSION,
    address: `127.0.0.1:${port}`,
    port,
    logFile: logFileIn(dataFolder),
    dataFolder,
  }
  onProgress(`Starting Apache Kafka ${KAFKA_VERSION}`)
  try {
    configure(dataFolder, { port, controllerPort: await findFreePort(port + 1) })
    await format(dataFolder, jars)
    const server = spawnServer(dataFolder, jars)
    const running = { ...broker, pid: server.pid }
    // Claimed at once: should this command be interrupted now, the next one still finds the broker.
    await claim(running)
    return await orElse(untilReady(running, server), () => removeState(instance))
  } catch (error) {
    rmSync(dataFolder, { recursive: true, force: true })
    throw error
  }
}

export function isKafkaAlive({ pid, dataFolder }: RunningBroker): boolean {
  return pid !== undefined && dataFolder !== undefined && isRunning(pid, dataFolder)
}

/**
 * SIGKILL. Kafka acknowledges a message when it is in the operating system's page cache, which outlives the process: what it
 * acknowledged is kept, as it would not be if the machine lost its power.
 */
export async function killKafka({ pid, dataFolder = '' }: RunningBroker): Promise<void> {
  if (pid !== undefined) await endProcess(pid, dataFolder, 'SIGKILL', STOPPED_WITHIN_MS)
}

/** Starts it again on the same port with the same data. */
export async function resumeKafka(broker: RunningBroker): Promise<RunningBroker> {
  const { port } = broker
  const dataFolder = folderOf(broker)
  await refuseBusyPort(port)
  const jars = cachedJars() ?? (await downloadJars())
  // Its controller may need another port by now; no client knows that one.
  configure(dataFolder, { port, controllerPort: await findFreePort(port + 1) })
  const server = spawnServer(dataFolder, jars)
  const running = { ...broker, pid: server.pid }
  writeState({ ...running, isDown: false })
  return orElse(untilReady(running, server), () => writeState({ ...running, isDown: true }))
}

export async function stopKafka(broker: RunningBroker): Promise<void> {
  const { pid, dataFolder = '' } = broker
  if (pid !== undefined && !(await endProcess(pid, dataFolder, 'SIGTERM', STOPPED_WITHIN_MS)))
    await endProcess(pid, dataFolder, 'SIGKILL', STOPPED_WITHIN_MS)
  rmSync(folderOf(broker), { recursive: true, force: true })
}

/** What a broker has left that ended without being asked to. Its log is kept. */
export function clearAwayKafka(broker: RunningBroker): void {
  keepLog(broker)
  rmSync(folderOf(broker), { recursive: true, force: true })
}

function download(onProgress: (text: string) => void): Promise<string> {
  onProgress(`Downloading Apache Kafka ${KAFKA_VERSION} with Maven (${DOWNLOAD_SIZE}, once)`)
  return downloadJars()
}

async function claim(running: RunningBroker): Promise<void> {
  if (claimState({ ...running, isDown: false })) return
  await killKafka(running)
  throw new WorkbenchError(
    'broker-starting',
    'Another command is starting the broker at this moment.',
    'npm run broker -- --status says when it is there.',
  )
}

/** Ends it if it does not get ready. */
async function untilReady(running: RunningBroker, { hasEnded }: Server): Promise<RunningBroker> {
  const clusterId = clusterIdIn(folderOf(running))
  const isReady = await waitUntilReady(running.address, READY_WITHIN_MS, hasEnded, clusterId)
  const died = hasEnded()
  if (isReady && !died) return running
  await killKafka(running)
  keepLog(running)
  throw died ? diedAtStart(running) : silent(running)
}

async function orElse<T>(attempt: Promise<T>, tidyUp: () => void): Promise<T> {
  try {
    return await attempt
  } catch (error) {
    tidyUp()
    throw error
  }
}

function diedAtStart({ instance, logFile = '' }: RunningBroker): WorkbenchError {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
  return new WorkbenchError(
    'broker-died',
    `Apache Kafka ended while it was starting: ${gistOfLog(log)}`,
    `Its whole log is in ${relative(ROOT, keptLog(instance))}.`,
  )
}

function silent({ address, instance }: RunningBroker): WorkbenchError {
  return new WorkbenchError(
    'broker-silent',
    `Apache Kafka did not answer at ${address} within ${READY_WITHIN_MS / 1000} seconds, and was ended.`,
    `Is this machine very busy? Its log is in ${relative(ROOT, keptLog(instance))}.`,
  )
}

function keepLog({ instance, logFile }: RunningBroker): void {
  if (logFile === undefined || !existsSync(logFile)) return
  const kept = keptLog(instance)
  mkdirSync(dirname(kept), { recursive: true })
  copyFileSync(logFile, kept)
}

function folderOf({ dataFolder }: RunningBroker): string {
  if (dataFolder !== undefined) return dataFolder
  throw new Error('Apache Kafka always has a folder')
}
