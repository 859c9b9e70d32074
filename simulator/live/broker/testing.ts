/**
 * A machine for tests on which exactly these programs are installed, each a few lines of shell: no Java, Maven or Docker needed.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'

export interface Machine {
  readonly cache: string
  /** How the program was called, one line a call, with its arguments. */
  calls(program: string): string[]
  remove(): void
}

export type Programs = Partial<Record<'java' | 'mvn' | 'docker', string>>

export const JAVA_17 = 'case "$*" in *-version*) echo \'openjdk version "17.0.15" 2025-04-15\' >&2 ;; esac'
/** It makes what Maven would leave in the folder where it is called. */
export const GOOD_MAVEN = 'mkdir lib && touch lib/kafka_2.13-4.1.1.jar lib/other.jar'
export const DOCKER_WITHOUT_DAEMON = 'echo "Cannot connect to the Docker daemon" >&2; exit 1'

/** Stubs the environment until `vi.unstubAllEnvs()`. */
export function pretendMachine(programs: Programs): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-machine-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const [name, script] of Object.entries(programs)) {
    const note = `echo "$*" >> '${join(folder, name)}'`
    writeFileSync(join(bin, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${note}\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  vi.stubEnv('PATH', bin)
  vi.stubEnv('JAVA_HOME', '')
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'caches'))
  return {
    cache: join(folder, 'caches', 'out-of-order'),
    calls(program) {
      const file = join(folder, program)
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
