/**
 * The Java processes that Apache Kafka consists of: the tool that prepares its folder, and the server itself.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { gistOfLog } from './gist.ts'
import { runTool } from './run-tool.ts'
import { javaCommand } from './runtimes.ts'
import { LOGGING, type ServerSettings, serverProperties } from './server-properties.ts'

/** A small heap, and the collector and the compiler that start soonest and leave the processor to what runs on the broker. */
const JVM = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
]

/** Everything of one server lies in this folder. */
export function logFileIn(folder: string): string {
  return join(folder, 'broker.log')
}

/** Writes the configuration; the messages go to `data` in the same folder. */
export function configure(folder: string, ports: Omit<ServerSettings, 'dataFolder'>): void {
  writeFileSync(propertiesIn(folder), serverProperties({ ...ports, dataFolder: join(folder, 'data') }))
  writeFileSync(loggingIn(folder), LOGGING)
}

/** KRaft wants its folder prepared before the first start. @throws WorkbenchError `broker-died` */
export async function format(folder: string, jars: string): Promise<void> {
  const tool = ['kafka.tools.StorageTool', 'format', '--cluster-id', newClusterId()]
  const args = [...jvm(folder, jars), ...tool, '--config', propertiesIn(folder)]
  const { succeeded, stdout, stderr } = await runTool(javaCommand(), args)
  if (succeeded) return
  throw new WorkbenchError(
    'broker-died',
    `Apache Kafka could not prepare its folder: ${gistOfLog(`${stdout}\n${stderr}`)}`,
    `The folder was ${folder}. Is there room on the disk, and does java -version work?`,
  )
}

/** Which cluster the folder's data belong to: whoever answers with another id is not the server of this folder. */
export function clusterIdIn(folder: string): string | undefined {
  const file = join(folder, 'data', 'meta.properties')
  if (!existsSync(file)) return undefined
  return /^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
}

/**
 * 16 bytes in Base64, as Kafka wants it. Every new broker has its own: what somebody remembers of an earlier one, such as the
 * databases of the shop, can be told to be about messages that are no longer there.
 */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    // Kafka's tools would take it for an option.
    if (!id.startsWith('-')) return id
  }
}

export interface Server {
  readonly pid: number
  /** Asked of the operating system by us, its parent: nobody else can know for certain. */
  hasEnded(): boolean
}

/**
 * Starts the server as a process that outlives this one and takes no part in its Ctrl-C.
 * @throws WorkbenchError `no-java`
 */
export function spawnServer(folder: string, jars: string): Server {
  const log = openSync(logFileIn(folder), 'a')
  const child = spawn(javaCommand(), [...jvm(folder, jars), 'kafka.Kafka', propertiesIn(folder)], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  // One that was not started has no id, which is all there is to know.
  child.on('error', () => {})
  child.unref()
  const { pid } = child
  if (pid !== undefined) return { pid, hasEnded: () => child.exitCode !== null || child.signalCode !== null }
  throw new WorkbenchError('no-java', 'Java could not be started.', 'Does java -version work?')
}

function jvm(folder: string, jars: string): string[] {
  return [...JVM, `-Dlog4j2.configurationFile=${loggingIn(folder)}`, '-cp', join(jars, '*')]
}

function propertiesIn(folder: string): string {
  return join(folder, 'server.properties')
}

function loggingIn(folder: string): string {
  return join(folder, 'log4j2.xml')
}
