/**
 * What is installed here that a broker can run on, and which of it is taken.
 */
import { join } from 'node:path'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { runTool } from './run-tool.ts'

export type Preference = 'docker' | 'java'

export interface Runtimes {
  readonly docker: 'ready' | 'no-daemon' | 'no-compose' | 'missing'
  /** The version's first number; undefined where there is no Java. */
  readonly java: number | undefined
}

/** Kafka's broker needs Java 17 since version 4.0 (KIP-1013). */
const OLDEST_JAVA = 17
/** A daemon of another machine that is off does not refuse: it does not answer. */
const DOCKER_PATIENCE_MS = 10_000

/** Redpanda where Docker runs, otherwise Apache Kafka where there is a Java for it. */
export async function findRuntimes(): Promise<Runtimes> {
  const [docker, java] = await Promise.all([findDocker(), findJava()])
  return { docker, java }
}

/** @throws WorkbenchError `no-docker`, `no-java`, `old-java`, `no-broker-runtime`: what is missing, and what to install */
export function chooseRuntime({ docker, java }: Runtimes, preference?: Preference): Preference {
  const canJava = java !== undefined && java >= OLDEST_JAVA
  if (preference === undefined) {
    if (docker === 'ready') return 'docker'
    if (canJava) return 'java'
    throw new WorkbenchError(
      'no-broker-runtime',
      `A real broker needs Docker with Compose, or Java ${OLDEST_JAVA} and Maven: ${WITHOUT_DOCKER[docker]}, and ${withoutJava(java)}.`,
      'Install one of the two and start the broker again; npm run demo and npm run shop work without it.',
    )
  }
  if (preference === 'docker' && docker !== 'ready') {
    throw new WorkbenchError(
      'no-docker',
      `Redpanda cannot be started: ${WITHOUT_DOCKER[docker]}.`,
      `${MEND_DOCKER[docker]}, or let Apache Kafka run on Java: npm run broker -- --java.`,
    )
  }
  if (preference === 'java' && !canJava) {
    throw new WorkbenchError(
      java === undefined ? 'no-java' : 'old-java',
      `Apache Kafka cannot be started: ${withoutJava(java)}.`,
      `Install Java ${OLDEST_JAVA} or later and Maven, or let Redpanda run on Docker: npm run broker -- --docker.`,
    )
  }
  return preference
}

/**
 * Reads what `java -version` says: `openjdk version "17.0.15"`, `java version "1.8.0_402"`, `openjdk version "21"`.
 * @returns 17, 8, 21; undefined for anything else, such as the note of a macOS without Java
 */
export function parseJavaVersion(text: string): number | undefined {
  const [, first, second] = /\bversion "(\d+)(?:\.(\d+))?/.exec(text) ?? []
  if (first === undefined) return undefined
  // Up to Java 8 the version began with "1.".
  return Number(first === '1' && second !== undefined ? second : first)
}

/** The Java that Maven takes too. */
export function javaCommand(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.JAVA_HOME
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java')
}

const WITHOUT_DOCKER = {
  ready: 'Docker runs',
  missing: 'Docker is not installed',
  'no-daemon': 'Docker is installed, but its daemon does not answer',
  'no-compose': 'Docker is installed without Compose',
} as const

const MEND_DOCKER = {
  ready: '',
  missing: 'Install Docker with Compose',
  'no-daemon': 'Start Docker',
  'no-compose': 'Install Docker Compose',
} as const

function withoutJava(java: number | undefined): string {
  if (java === undefined) return 'Java is not installed'
  return `the Java that is installed is version ${java}, where Apache Kafka needs ${OLDEST_JAVA} or later`
}

async function findDocker(): Promise<Runtimes['docker']> {
  const patience = { timeoutMs: DOCKER_PATIENCE_MS }
  const daemon = await runTool('docker', ['info', '--format', '{{.ServerVersion}}'], patience)
  if (daemon.missing) return 'missing'
  // Without a daemon some versions say so on the error stream only, and succeed.
  if (!daemon.succeeded || daemon.stdout.trim() === '') return 'no-daemon'
  const compose = await runTool('docker', ['compose', 'version'], patience)
  return compose.succeeded ? 'ready' : 'no-compose'
}

async function findJava(): Promise<number | undefined> {
  const { succeeded, stderr, stdout } = await runTool(javaCommand(), ['-version'])
  return succeeded ? parseJavaVersion(stderr + stdout) : undefined
}
