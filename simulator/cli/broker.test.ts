import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RunningBroker } from '#simulator/live/broker/broker.ts'
import { type Machine, pretendMachine } from '#simulator/live/broker/testing.ts'
import { describeBroker } from './broker.ts'
import { createStudentRepository, type StudentRepository } from './testing/student-repository.ts'

describe('a broker is described', () => {
  const kafka: RunningBroker = {
    instance: '',
    kind: 'apache-kafka',
    version: '4.1.1',
    address: '127.0.0.1:9092',
    port: 9092,
    pid: 4711,
    dataFolder: '/tmp/b',
    logFile: '/tmp/b/broker.log',
  }

  test('by what it is, where it is, and what to do with it', () => {
    expect(describeBroker(kafka, 'It runs.', 100)).toBe(`
A real broker

  Broker       Apache Kafka 4.1.1, process 4711
  Address      127.0.0.1:9092
  Status       It runs.
  Data         /tmp/b (temporary)
  Log          /tmp/b/broker.log

  Next         npm run shop -- --broker 127.0.0.1:9092      the shop on this broker
               npm run demo -- --broker 127.0.0.1:9092      what fails, measured on it
               npm run check 12 -- --broker 127.0.0.1:9092  your answer to an exercise on it
               npm run broker -- --stop                     ends it and removes its data
`)
  })

  test('with the address of its Console, where it has one', () => {
    const { pid: _, dataFolder: __, logFile: ___, ...rest } = kafka
    const redpanda = {
      ...rest,
      kind: 'redpanda',
      version: '26.2.5',
      console: 'http://127.0.0.1:8088',
    } as const
    const text = describeBroker(redpanda, 'It runs.', 100)
    expect(text).toContain('  Broker       Redpanda 26.2.5\n')
    expect(text).toContain('  Console      http://127.0.0.1:8088\n')
    expect(text).toContain('docker compose --profile redpanda logs')
    expect(text).not.toContain('undefined')
  })
})

describe('the command', () => {
  let repository: StudentRepository
  let machine: Machine
  beforeAll(() => {
    // Nothing is installed that a broker could run on, and no broker of another checkout is seen.
    machine = pretendMachine({})
    repository = createStudentRepository()
  })
  afterEach(() => vi.unstubAllEnvs())
  afterAll(() => {
    machine.remove()
    repository.remove()
  })

  test('says that none is running, as a question whose answer is no', async () => {
    const { code, stdout, stderr } = await repository.run('broker', '--status')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toContain('No broker is running.')
    expect(stdout).toContain('npm run broker')
  })

  test('has nothing to stop when none is running, which is no failure', async () => {
    const { code, stdout } = await repository.run('broker', '--stop')
    expect(code).toBe(0)
    expect(stdout).toContain('No broker was running.')
  })

  test('says what to install where there is nothing to run it on', async () => {
    expect(await refusal()).toMatch(
      /^✗ A real broker needs Docker with Compose, or Java 17 and Maven: .* Install /,
    )
  })

  test('refuses ports that are none, and options that exclude each other', async () => {
    const [words, low, kinds, deeds] = await Promise.all([
      refusal('--port', 'many'),
      refusal('--port', '80'),
      refusal('--docker', '--java'),
      refusal('--stop', '--status'),
    ])
    expect(words).toContain('--port should be a whole number from 1024 to 65534, but is "many".')
    expect(low).toContain('but is "80"')
    expect(kinds).toContain('--docker and --java exclude each other.')
    expect(deeds).toContain('--stop and --status exclude each other.')
  })

  async function refusal(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await repository.run('broker', ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^✗ [^✗]+\n {2}\S[^✗]*\.\n$/)
    return stderr.replaceAll(/\s+/g, ' ')
  }
})
