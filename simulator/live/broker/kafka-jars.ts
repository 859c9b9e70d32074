/**
 * Apache Kafka's own jars: fetched once by Maven, with whatever settings its user has, and kept in the user's cache.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { gistOfMaven } from './gist.ts'
import { isRunning } from './processes.ts'
import { type Ran, runTool } from './run-tool.ts'

export const KAFKA_VERSION = '4.1.1'
const LOG4J_VERSION = '2.25.2'
/** In full, so that no other version of Maven's plugin is looked for. */
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
/** For people: 46 jars. */
export const DOWNLOAD_SIZE = '43 MB'

/** What Maven is asked for: Kafka's server, and a binding for its log, which it does not bring along. */
export const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>out-of-order</groupId>
  <artifactId>broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`

/** `~/.cache/out-of-order`, or where the user's caches are. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const caches = env.XDG_CACHE_HOME
  return join(caches === undefined || caches === '' ? join(homedir(), '.cache') : caches, 'out-of-order')
}

/** The folder of jars, if all of them are there. */
export function cachedJars(cache = cacheFolder()): string | undefined {
  const folder = join(cache, `kafka-${KAFKA_VERSION}`)
  const jars = join(folder, 'lib')
  const isWhole =
    existsSync(join(jars, `kafka_2.13-${KAFKA_VERSION}.jar`)) && readIfAny(join(folder, 'pom.xml')) === POM
  return isWhole ? jars : undefined
}

/**
 * Fetches the jars. They get their place in the cache all at once, when the last one is there: whoever is interrupted leaves
 * nothing behind that could be taken for the whole.
 * @returns the folder of jars
 * @throws WorkbenchError `no-maven`, `download-failed`
 */
export async function downloadJars(cache = cacheFolder()): Promise<string> {
  removeLeftovers(cache)
  const partial = join(cache, `${PARTIAL}${process.pid}`)
  mkdirSync(partial, { recursive: true })
  try {
    writeFileSync(join(partial, 'pom.xml'), POM)
    refuseFailure(await runTool('mvn', ['-q', '-B', COPY_JARS, '-DoutputDirectory=lib'], { cwd: partial }))
    return putInPlace(partial, cache)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

const PARTIAL = 'partial-'

function putInPlace(partial: string, cache: string): string {
  const jars = cachedJars(cache)
  // Somebody else was quicker, and may be using theirs already.
  if (jars !== undefined) return jars
  const folder = join(cache, `kafka-${KAFKA_VERSION}`)
  rmSync(folder, { recursive: true, force: true })
  renameSync(partial, folder)
  return join(folder, 'lib')
}

function refuseFailure({ missing, succeeded, stdout }: Ran): void {
  if (missing) {
    throw new WorkbenchError(
      'no-maven',
      `Apache Kafka ${KAFKA_VERSION} has to be downloaded once, and Maven, which does that, is not here.`,
      'Install Maven (the command mvn), or Docker, and start the broker again.',
    )
  }
  if (succeeded) return
  throw new WorkbenchError(
    'download-failed',
    `Maven could not download Apache Kafka ${KAFKA_VERSION}: ${gistOfMaven(stdout)}`,
    'Is there a network, and does Maven work otherwise? The download is needed once only; start the broker again when it is.',
  )
}

/** What downloads that were interrupted have left behind. */
function removeLeftovers(cache: string): void {
  if (!existsSync(cache)) return
  for (const name of readdirSync(cache)) {
    if (name.startsWith(PARTIAL) && !isRunning(Number(name.slice(PARTIAL.length))))
      rmSync(join(cache, name), { recursive: true, force: true })
  }
}

function readIfAny(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
