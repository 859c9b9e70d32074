/**
 * When which process is killed, and for how long it is down: drawn from a seed, so that the same seed makes the same schedule.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import { createRandom } from '#simulator/world/random.ts'

export interface ScheduleOptions {
  readonly seed: number
  readonly services: readonly string[]
  readonly kills: number
  readonly brokerKills: number
  /** How long orders are placed. */
  readonly workloadMs: number
}

/** Times count from the beginning of the workload. */
export interface Outage {
  readonly atMs: number
  /** From the kill to the next start; getting ready takes its own time. */
  readonly downMs: number
}

export interface Kill extends Outage {
  readonly service: string
  /** A second kill, of the same process as soon as it is back. */
  readonly again?: Relapse
}

export interface Relapse {
  /** From the moment at which it is seen at work: a consumer has its partitions then, and catches up with what it has missed. */
  readonly afterMs: number
  readonly downMs: number
}

export interface Schedule {
  /** In order of time. */
  readonly kills: readonly Kill[]
  readonly brokerKills: readonly Outage[]
}

const SERVICE_DOWN_MS = [200, 5_000] as const
const BROKER_DOWN_MS = [1_000, 8_000] as const
/** A consumer handles thousands of messages a second when it has been away. */
const RELAPSE_AFTER_MS = [5, 150] as const
/** A process is not struck again sooner than this after it was started: it may be starting still, but is there. */
const UP_AT_LEAST_MS = 500
/** With fewer milliseconds for each, all services could be down at once. */
const KILL_TAKES_MS = 1_000
const BROKER_KILL_TAKES_MS = 6_000
/**
 * The broker is killed in this first part of the workload. When it comes back, a consumer of KafkaJS joins its group as a new
 * member, and the group waits for the old one until its session ends: 30 s. Were the broker killed all the time, hardly anybody
 * would get to read, and the kills of services would strike only those who wait.
 */
const BROKER_PART = 0.5

/**
 * The kills come in pairs, spread over the workload: whoever is killed is killed again when it is back. The first kill mostly
 * strikes a process with nothing to do, as most processes have mostly nothing to do; the second one strikes it at work, with
 * messages handled that it has not committed. Who is struck is chance among those that have been struck least.
 * @throws WorkbenchError `too-dense` when the workload is too short for so many
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { seed, services, kills, brokerKills, workloadMs } = options
  const neededMs = Math.max(kills * KILL_TAKES_MS, brokerKills * BROKER_KILL_TAKES_MS)
  if (workloadMs < neededMs) throw tooDense(workloadMs, neededMs)
  return {
    kills: scheduleKills(createRandom(seed, 'kills'), services, kills, workloadMs),
    brokerKills: scheduleOutages(createRandom(seed, 'broker kills'), brokerKills, workloadMs),
  }
}

export function countKills(kills: readonly Kill[]): number {
  return kills.reduce((sum, { again }) => sum + (again === undefined ? 1 : 2), 0)
}

function scheduleKills(
  random: () => number,
  services: readonly string[],
  count: number,
  workloadMs: number,
): Kill[] {
  const pairs = Math.ceil(count / 2)
  const kills: Kill[] = []
  for (let index = 0; index < pairs; index++) {
    const atMs = Math.floor(((index + random()) * workloadMs) / pairs)
    const standing = services.filter(service => isUp(kills, service, atMs))
    if (standing.length === 0) throw tooDense(workloadMs, 2 * workloadMs)
    const times = (name: string) => kills.filter(({ service }) => service === name).length
    const fewest = Math.min(...standing.map(times))
    const candidates = standing.filter(service => times(service) === fewest)
    const service = candidates[Math.floor(random() * candidates.length)]!
    const downMs = Math.min(between(random, SERVICE_DOWN_MS), workloadMs - atMs)
    const again = {
      afterMs: between(random, RELAPSE_AFTER_MS),
      downMs: between(random, SERVICE_DOWN_MS),
    }
    kills.push({ service, atMs, downMs, ...(2 * index + 2 <= count && { again }) })
  }
  return kills
}

/** Has it been started again by then? A second kill waits for it in any case. */
function isUp(kills: readonly Kill[], name: string, atMs: number): boolean {
  const last = kills.findLast(({ service }) => service === name)
  return last === undefined || last.atMs + last.downMs + UP_AT_LEAST_MS <= atMs
}

/** Spread over the first part of the workload, each over before the next one. */
function scheduleOutages(random: () => number, count: number, workloadMs: number): Outage[] {
  const partMs = (workloadMs * BROKER_PART) / count
  return Array.from({ length: count }, (_, index) => {
    const downMs = Math.min(between(random, BROKER_DOWN_MS), Math.floor(partMs / 2))
    return { atMs: Math.floor(index * partMs + random() * (partMs - downMs)), downMs }
  })
}

function between(random: () => number, [least, most]: readonly [number, number]): number {
  return Math.round(least + random() * (most - least))
}

function tooDense(workloadMs: number, neededMs: number): WorkbenchError {
  return new WorkbenchError(
    'too-dense',
    `The orders are placed within ${seconds(workloadMs)}, and so many kills need ${seconds(neededMs)}.`,
    'Take more orders, a longer pause between them (--every-ms), or fewer kills.',
  )
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`
}
