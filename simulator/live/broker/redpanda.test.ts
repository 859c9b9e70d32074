import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findBroker, startBroker, stopBroker } from './broker.ts'
import { redpandaVersion } from './redpanda.ts'
import { removeState } from './state.ts'
import { instanceOfTests } from './test-broker.ts'
import { type Machine, pretendMachine } from './testing.ts'

describe('docker-compose.yml', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docker-compose.yml'), 'utf8')
  const lines = text.split('\n').map(line => line.trim())

  test('pins the version of every image', () => {
    const images = lines.filter(line => line.startsWith('image:'))
    expect(images).toHaveLength(2)
    for (const image of images)
      expect(image).toMatch(/^image: redpandadata\/(redpanda|console):v\d+\.\d+\.\d+$/)
    expect(redpandaVersion(text)).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('opens ports on the loopback interface only, and lets them be moved', () => {
    const ports = lines.filter(line => /^- (?!-)\S+:\d+$/.test(line))
    expect(ports).toHaveLength(2)
    for (const port of ports) expect(port).toMatch(/^- 127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+$/)
    expect(text).toMatch(/external:\/\/127\.0\.0\.1:\$\{BROKER_PORT:-9092\}\n/)
  })

  test('starts nothing without its profile, and the Console once the broker is healthy', () => {
    expect(lines.filter(line => line === 'profiles: [redpanda]')).toHaveLength(2)
    expect(text).toMatch(/healthcheck:\n\s+test: .*rpk cluster health/)
    expect(text).toMatch(/depends_on:\n\s+redpanda:\n\s+condition: service_healthy/)
  })

  test('acknowledges nothing that a killed broker would lose', () => {
    expect(text).toMatch(/- --set\n\s+- redpanda\.write_caching_default=false\n/)
  })
})

describe('a Docker that fails', () => {
  const instance = instanceOfTests('redpanda')
  let machine: Machine
  afterEach(() => {
    vi.unstubAllEnvs()
    machine.remove()
    removeState(instance)
  })

  test('says why in its last words, and what it has begun is removed by stopping', async () => {
    machine = pretendMachine({
      docker: `case "$*" in
        info*|*version) echo 29.4.0 ;;
        *' up '*) echo ' Container x  Error' >&2; echo 'dependency failed: container x is unhealthy' >&2; exit 1 ;;
      esac`,
    })
    await expect(startBroker({ instance, port: 29_150 })).rejects.toMatchObject({
      code: 'docker-failed',
      message: 'Docker could not start Redpanda: dependency failed: container x is unhealthy.',
      next: expect.stringContaining('npm run broker -- --stop'),
    })
    expect(await stopBroker(instance)).toBe(true)
    const [, project] =
      /--project-name (\S+) .*\bdown --volumes\b/.exec(machine.calls('docker').at(-1)!) ?? []
    expect(project).toBe(`out-of-order-${instance}`)
    expect(findBroker(instance)).toBeUndefined()
  })
})
