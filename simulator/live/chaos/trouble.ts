/**
 * Carries a schedule out: kills processes of services, and the broker, each at its time.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { OwnBroker } from '../field/own-broker.ts'
import type { Outage, Schedule } from './schedule.ts'
import type { Supervisor } from './supervisor.ts'

export interface Trouble {
  /** What has been done so far. */
  readonly kills: readonly KillDone[]
  readonly brokerKills: readonly BrokerKillDone[]
  /**
   * Resolves when everything has been killed and the broker is back.
   * @param untilAtWork resolves to whether a service that is ready was seen at work
   */
  make(supervisor: Supervisor, untilAtWork: (service: string) => Promise<boolean>): Promise<void>
}

export interface KillDone {
  readonly service: string
  /** Since the trouble began. */
  readonly killedAtMs: number
  /** False when it was still starting, or waiting for its partitions, from the time before. */
  readonly wasReady: boolean
  /** Was it seen at work a moment before? */
  readonly wasAtWork: boolean
}

export interface BrokerKillDone extends Outage {
  readonly killedAtMs: number
  /** From the kill until it could be used again. */
  readonly goneMs: number
}

/** @param broker must be there when the schedule has kills of it */
export function planTrouble(schedule: Schedule, broker?: OwnBroker, signal?: AbortSignal): Trouble {
  const kills: KillDone[] = []
  const brokerKills: BrokerKillDone[] = []
  let startedAtMs = 0
  const elapsedMs = () => Date.now() - startedAtMs
  const sleep = (delayMs: number) => setTimeout(Math.max(0, delayMs), undefined, { signal })
  const until = (atMs: number) => sleep(atMs - elapsedMs())

  async function killServices(...[supervisor, untilAtWork]: Parameters<Trouble['make']>): Promise<void> {
    const kill = async (service: string, downMs: number, wasAtWork = false) => {
      const { wasReady } = await supervisor.kill(service, downMs)
      kills.push({ service, killedAtMs: elapsedMs(), wasReady, wasAtWork })
    }
    const strikes = schedule.kills.map(async ({ service, atMs, downMs, again }) => {
      await until(atMs)
      await kill(service, downMs)
      if (again === undefined) return
      await supervisor.ready(service)
      const isAtWork = await untilAtWork(service)
      await sleep(again.afterMs)
      await kill(service, again.downMs, isAtWork)
    })
    await Promise.all(strikes)
  }

  /** One after the other: the broker may take longer to come back than the schedule knows. */
  async function killBroker(): Promise<void> {
    for (const outage of schedule.brokerKills) {
      await until(outage.atMs)
      const killedAtMs = elapsedMs()
      await broker!.kill()
      await sleep(outage.downMs)
      await broker!.resume()
      brokerKills.push({ ...outage, killedAtMs, goneMs: elapsedMs() - killedAtMs })
    }
  }

  return {
    kills,
    brokerKills,
    async make(supervisor, untilAtWork) {
      startedAtMs = Date.now()
      // Every kill that is still to come waits for it.
      if (signal !== undefined) setMaxListeners(0, signal)
      await Promise.all([killServices(supervisor, untilAtWork), killBroker()])
    },
  }
}
