/**
 * The processes of a scenario as live mode runs them: services and outside parties, each under a name of its own.
 */

import { nearest } from '#simulator/faults/nearest.ts'
import type { Party, PartyMemory, Scenario } from '#simulator/scenario/scenario.ts'
import type { Service } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { createPartyMemory } from './party-memory.ts'

export interface InstanceEntry {
  /** `inventory`, or `inventory-2` for a second process of the same service. */
  readonly name: string
  /** The name it is reached by: `http://inventory/`. Instances of one service share it. */
  readonly service: string
  /** Instances of one service share their database, as replicas do; a relay shares the one it relays from. */
  readonly database: string
  /** Nobody runs a second payment provider for themselves, and ours remembers for one process only. */
  readonly isOutside: boolean
  readonly run: Service
}

/** The services and parties of a scenario, one instance each. */
export function instancesOf(scenario: Scenario): InstanceEntry[] {
  return [
    ...Object.entries(scenario.parties).map(([name, create]) => ({
      name,
      service: name,
      database: name,
      isOutside: true,
      run: partyService(create),
    })),
    ...scenario.services.map(({ name, service, database = name }) => ({
      name,
      service: name,
      database,
      isOutside: false,
      run: service,
    })),
  ]
}

/**
 * @param names as given on the command line; none for all. `inventory-2` is a second instance of `inventory`
 * @throws WorkbenchError `unknown-service` naming the nearest one; `repeated-service`; `outside-party` for a second instance of one
 */
export function chooseInstances(all: readonly InstanceEntry[], names: readonly string[]): InstanceEntry[] {
  if (names.length === 0) return [...all]
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) {
    throw new WorkbenchError(
      'repeated-service',
      `${repeated} is named twice.`,
      `A second instance has a name of its own: ${repeated}-2.`,
    )
  }
  return names.map(name => {
    const [, service = name] = /^(.+?)-[2-9]$/.exec(name) ?? []
    const entry = all.find(entry => entry.name === service)
    if (entry?.isOutside && name !== service) {
      throw new WorkbenchError(
        'outside-party',
        `${service} is an outside party, and there is one of it.`,
        `A second instance can be had of the services: ${servicesOf(all).join(', ')}.`,
      )
    }
    if (entry !== undefined) return { ...entry, name }
    const known = all.map(({ name }) => name)
    throw new WorkbenchError(
      'unknown-service',
      `There is no service ${name}.`,
      `The nearest is ${nearest(service, known)[0]}; all of them: ${known.join(', ')}.`,
    )
  })
}

function servicesOf(all: readonly InstanceEntry[]): string[] {
  return all.filter(({ isOutside }) => !isOutside).map(({ name }) => name)
}

function partyService(create: (memory: PartyMemory) => Party): Service {
  return async host => host.listen(create(createPartyMemory(host.db)))
}
