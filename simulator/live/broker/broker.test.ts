import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findBroker, isBrokerDown, killBroker, resumeBroker, startBroker, stopBroker } from './broker.ts'
import { findFreePort } from './ports.ts'
import { type BrokerState, keptLog, readState, removeState, writeState } from './state.ts'
import { instanceOfTests } from './test-broker.ts'
import { GOOD_MAVEN, JAVA_17, type Machine, pretendMachine } from './testing.ts'

const instance = instanceOfTests('pretended')
let machine: Machine | undefined
afterEach(() => {
  vi.unstubAllEnvs()
  machine?.remove()
  rmSync(keptLog(instance), { force: true })
  removeState(instance)
})

const port = () => findFreePort(29_150)

test('without Docker and Java the answer is what to install', async () => {
  machine = pretendMachine({})
  await expect(startBroker({ instance, port: await port() })).rejects.toMatchObject({
    code: 'no-broker-runtime',
  })
})

test('with Java but no Maven the answer is what to install, unless the jars are there already', async () => {
  machine = pretendMachine({ java: JAVA_17 })
  await expect(startBroker({ instance, port: await port() })).rejects.toMatchObject({ code: 'no-maven' })
  expect(findBroker(instance)).toBeUndefined()
})

test('a server that ends while it starts is reported with its reason, and only its log is left', async () => {
  machine = pretendMachine({
    mvn: GOOD_MAVEN,
    java: `${JAVA_17}
      case "$*" in *kafka.Kafka*) echo started; echo 'Caused by: java.io.IOException: No space left on device'; exit 1 ;; esac`,
  })
  const said: string[] = []
  await expect(
    startBroker({ instance, port: await port(), onProgress: text => said.push(text) }),
  ).rejects.toMatchObject({
    code: 'broker-died',
    message: 'Apache Kafka ended while it was starting: java.io.IOException: No space left on device.',
    next: `Its whole log is in .out-of-order/broker-${instance}.log.`,
  })
  expect(said).toEqual([expect.stringMatching(/^Downloading .* once/), expect.stringMatching(/^Starting /)])
  expect(readFileSync(keptLog(instance), 'utf8')).toContain('started\n')
  expect(readState(instance)).toBeUndefined()
  const [, properties = ''] = /kafka\.Kafka (\S+)/.exec(machine.calls('java').at(-1)!) ?? []
  expect(properties).toMatch(/out-of-order-broker-\w+\/server\.properties$/)
  expect(existsSync(properties)).toBe(false)
})

test('a folder that cannot be prepared is reported with the reason', async () => {
  machine = pretendMachine({
    mvn: GOOD_MAVEN,
    java: `${JAVA_17}\ncase "$*" in *StorageTool*) echo 'kafka-storage: error: too few arguments' >&2; exit 1 ;; esac`,
  })
  await expect(startBroker({ instance, port: await port() })).rejects.toMatchObject({
    code: 'broker-died',
    message: 'Apache Kafka could not prepare its folder: kafka-storage: error: too few arguments.',
  })
})

test('one that has ended by itself is forgotten; its data is removed, and its log kept', () => {
  const state = remembered({ isDown: false })
  expect(findBroker(instance)).toBeUndefined()
  expect(readState(instance)).toBeUndefined()
  expect(existsSync(state.dataFolder!)).toBe(false)
  expect(readFileSync(keptLog(instance), 'utf8')).toBe('its last words')
})

test('one that was killed is not forgotten: its data stays until it is stopped', async () => {
  const state = remembered({ isDown: true })
  expect(findBroker(instance)).toBeUndefined()
  expect(isBrokerDown(instance)).toBe(true)
  expect(existsSync(state.dataFolder!)).toBe(true)
  expect(await stopBroker(instance)).toBe(true)
  expect(existsSync(state.dataFolder!)).toBe(false)
  expect(isBrokerDown(instance)).toBe(false)
  expect(await stopBroker(instance)).toBe(false)
})

test('one that does not come back is still down, and can be tried again', async () => {
  machine = pretendMachine({ mvn: GOOD_MAVEN, java: 'echo "java.lang.IllegalStateException: no"; exit 1' })
  const state = remembered({ isDown: true, port: await port() })
  await expect(resumeBroker(instance)).rejects.toMatchObject({ code: 'broker-died' })
  expect(isBrokerDown(instance)).toBe(true)
  expect(existsSync(state.dataFolder!)).toBe(true)
  await stopBroker(instance)
})

test('where there is none, there is nothing to kill or to bring back', async () => {
  await expect(killBroker(instance)).rejects.toMatchObject({ code: 'no-broker' })
  await expect(resumeBroker(instance)).rejects.toMatchObject({ code: 'no-broker' })
})

/** A broker whose process is gone, as an earlier command has noted it. */
function remembered(differences: Partial<BrokerState>): BrokerState {
  const dataFolder = mkdtempSync(join(tmpdir(), 'out-of-order-broker-'))
  mkdirSync(join(dataFolder, 'data'))
  const logFile = join(dataFolder, 'broker.log')
  writeFileSync(logFile, 'its last words')
  const { pid } = spawnSync(process.execPath, ['--version'])
  const state: BrokerState = {
    instance,
    kind: 'apache-kafka',
    version: '4.1.1',
    address: '127.0.0.1:29150',
    port: 29_150,
    pid,
    logFile,
    dataFolder,
    isDown: false,
    ...differences,
  }
  writeState(state)
  return state
}
