import { expect, test, vi } from 'vitest'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Crew } from '../field/crew.ts'
import { RESTART_AFTER_MS, supervise } from './supervisor.ts'

test('what was killed is started again after its time, and counts as planned', async () => {
  const crew = createFakeCrew(['search', 'orders'])
  const supervisor = supervise(crew, ['search', 'orders'])
  const struckAt = Date.now()
  expect(await supervisor.kill('search', 120)).toEqual({ wasReady: true })
  expect(crew.isRunning('search')).toBe(false)
  expect(await supervisor.allReady(2_000)).toBe(true)
  expect(Date.now() - struckAt).toBeGreaterThanOrEqual(119)
  expect(crew.starts).toEqual(['search'])
  expect(supervisor.unplanned).toEqual([])
  await crew.close()
})

test('what is killed while it is still starting is started once more', async () => {
  const crew = createFakeCrew(['search'], { readyAfterMs: 200 })
  const supervisor = supervise(crew, ['search'])
  await supervisor.kill('search', 10)
  await vi.waitFor(() => expect(crew.isRunning('search')).toBe(true))
  expect(await supervisor.kill('search', 10)).toEqual({ wasReady: false })
  expect(await supervisor.allReady(2_000)).toBe(true)
  expect([crew.starts.length, supervisor.unplanned]).toEqual([2, []])
  await crew.close()
})

test('a kill of what is down at the moment waits until there is something to kill', async () => {
  const crew = createFakeCrew(['search'])
  const supervisor = supervise(crew, ['search'])
  await supervisor.kill('search', 100)
  await supervisor.kill('search', 10)
  expect(crew.kills()).toBe(2)
  expect(await supervisor.allReady(2_000)).toBe(true)
  await crew.close()
})

test('whoever waits for a process is told when it is ready again', async () => {
  const crew = createFakeCrew(['search'], { readyAfterMs: 150 })
  const supervisor = supervise(crew, ['search'])
  await supervisor.kill('search', 10)
  const before = Date.now()
  await supervisor.ready('search')
  expect(Date.now() - before).toBeGreaterThanOrEqual(10 + 150 - 5)
  await crew.close()
})

test('what ends by itself is noted with its reason, and started again', async () => {
  const crew = createFakeCrew(['search'])
  const supervisor = supervise(crew, ['search'])
  crew.refuseOnce(new WorkbenchError('broker-unreachable', 'nobody answers'))
  await crew.kill('search')
  await vi.waitFor(() => expect(supervisor.unplanned).toHaveLength(2), 2 * RESTART_AFTER_MS + 1_000)
  expect(supervisor.unplanned).toEqual([
    { service: 'search', code: 'process-ended', sentence: 'search ended after it had been ready' },
    { service: 'search', code: 'broker-unreachable', sentence: 'nobody answers' },
  ])
  expect(await supervisor.allReady(2 * RESTART_AFTER_MS)).toBe(true)
  await crew.close()
})

test('nothing is started again once the crew is closed', async () => {
  const crew = createFakeCrew(['search'])
  const supervisor = supervise(crew, ['search'])
  await crew.close()
  await new Promise(resolve => setTimeout(resolve, RESTART_AFTER_MS + 100))
  expect([crew.starts, supervisor.unplanned]).toEqual([[], []])
})

test('patience ends though somebody never gets ready', async () => {
  const crew = createFakeCrew(['search'], { readyAfterMs: 60_000 })
  const supervisor = supervise(crew, ['search'])
  await supervisor.kill('search', 10)
  expect(await supervisor.allReady(100)).toBe(false)
  await crew.close()
})

/** Processes that are nothing but promises. All of them run and are ready. */
function createFakeCrew(services: readonly string[], { readyAfterMs = 0 } = {}) {
  const running = new Map<string, () => void>()
  const endings = new Map<string, Promise<void>>()
  const starts: string[] = []
  let kills = 0
  let isClosed = false
  let refusal: Error | undefined
  const run = (service: string) =>
    endings.set(
      service,
      new Promise(resolve => {
        running.set(service, () => {
          running.delete(service)
          resolve()
        })
      }),
    )
  services.forEach(run)

  const crew: Crew = {
    async start([service]) {
      starts.push(service!)
      run(service!)
      if (refusal !== undefined) {
        const thrown = refusal
        refusal = undefined
        running.get(service!)!()
        throw thrown
      }
      await Promise.race([new Promise(resolve => setTimeout(resolve, readyAfterMs)), endings.get(service!)])
      if (!running.has(service!)) throw new WorkbenchError('process-ended', `${service} ended`)
    },
    async kill(service) {
      kills++
      running.get(service)?.()
    },
    stop: async () => {},
    ended: async service => (running.has(service) ? endings.get(service) : undefined),
    isRunning: service => running.has(service),
    get isClosed() {
      return isClosed
    },
    heal() {},
    async close() {
      isClosed = true
      for (const end of running.values()) end()
    },
  }
  return Object.assign(crew, {
    starts,
    kills: () => kills,
    refuseOnce(error: Error) {
      refusal = error
    },
  })
}
