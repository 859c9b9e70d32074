import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { cachedJars, cacheFolder, downloadJars, POM } from './kafka-jars.ts'
import { GOOD_MAVEN, type Machine, pretendMachine } from './testing.ts'

let machine: Machine
afterEach(() => {
  vi.unstubAllEnvs()
  machine.remove()
})

test('the cache is the user’s', () => {
  machine = pretendMachine({})
  expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'out-of-order'))
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache', 'out-of-order'))
  expect(cacheFolder({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/out-of-order')
})

test('jars are fetched once, by Maven with its user’s settings, and are there afterwards', async () => {
  machine = pretendMachine({ mvn: GOOD_MAVEN })
  expect(cachedJars()).toBeUndefined()
  const jars = await downloadJars()
  expect(jars).toBe(join(machine.cache, 'kafka-4.1.1', 'lib'))
  expect(cachedJars()).toBe(jars)
  expect(readdirSync(jars)).toContain('kafka_2.13-4.1.1.jar')
  expect(machine.calls('mvn')).toHaveLength(1)
  expect(machine.calls('mvn')[0]).not.toMatch(/settings|-D(?!outputDirectory)|http/)
  expect(POM).not.toMatch(/<repositor|https?:\/\/(?!maven\.apache\.org\/POM)/)
})

test('a download that fails says why, and leaves nothing that could be taken for the whole', async () => {
  const error =
    '[ERROR] Plugin x could not be resolved: Could not transfer artifact x from/to m: Unknown host'
  machine = pretendMachine({
    mvn: `mkdir lib; touch lib/kafka_2.13-4.1.1.jar; echo '${error} -> [Help 1]'; exit 1`,
  })
  await expect(downloadJars()).rejects.toMatchObject({
    code: 'download-failed',
    message:
      'Maven could not download Apache Kafka 4.1.1: Could not transfer artifact x from/to m: Unknown host.',
  })
  expect(cachedJars()).toBeUndefined()
  expect(readdirSync(machine.cache)).toEqual([])
})

test('without Maven it says what to install', async () => {
  machine = pretendMachine({})
  await expect(downloadJars()).rejects.toMatchObject({
    code: 'no-maven',
    next: expect.stringMatching(/^Install Maven .* or Docker/),
  })
})

test('what an interrupted download has left is no cache, and goes with the next one', async () => {
  machine = pretendMachine({ mvn: GOOD_MAVEN })
  const { pid: dead } = spawnSync(process.execPath, ['--version'])
  const left = join(machine.cache, `partial-${dead}`)
  const inUse = join(machine.cache, `partial-${process.ppid}`)
  for (const folder of [left, inUse]) mkdirSync(join(folder, 'lib'), { recursive: true })
  expect(cachedJars()).toBeUndefined()
  await downloadJars()
  expect(existsSync(left)).toBe(false)
  expect(existsSync(inUse)).toBe(true)
})

test('jars of other dependencies than today’s, or without the main one, are fetched anew', async () => {
  machine = pretendMachine({ mvn: GOOD_MAVEN })
  const jars = await downloadJars()
  const pom = join(jars, '../pom.xml')
  writeFileSync(pom, readFileSync(pom, 'utf8').replace('4.1.1', '4.0.0'))
  expect(cachedJars()).toBeUndefined()
  expect(await downloadJars()).toBe(jars)
  expect(cachedJars()).toBe(jars)
  rmSync(join(jars, 'kafka_2.13-4.1.1.jar'))
  expect(cachedJars()).toBeUndefined()
})
