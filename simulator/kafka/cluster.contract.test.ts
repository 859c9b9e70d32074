import { createWallClock } from '#simulator/world/wall-clock.ts'
import { createWorld } from '#simulator/world/world.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { kafkaContract } from './contract/contract.ts'
import type { Surroundings } from './contract/stage.ts'

let names = 0
const HEARTBEATS_OF_OTHER_FETCHERS =
  'KafkaJS fetches from each node on its own, and the other fetchers send heartbeats meanwhile'

kafkaContract({
  name: 'the simulated cluster in virtual time',
  kind: 'simulator',
  run: body => inVirtualTime(1, body),
})
kafkaContract({
  name: 'the simulated cluster with three nodes',
  kind: 'simulator',
  run: body => inVirtualTime(3, body),
  skip: Object.fromEntries(
    [
      'expels a member whose handler outlives its session without a heartbeat, and its messages come again',
      'refuses a heartbeat of a member that was expelled, and its messages come again',
      'refuses a commit of a member that was expelled; KafkaJS calls that final',
      'ends for good when the handler lets that refusal pass',
      'joins again when a batch handler lets the refusal of its own commit pass',
      'gives the messages of an expelled member to another, while the first is still at them',
    ].map(name => [name, HEARTBEATS_OF_OTHER_FETCHERS]),
  ),
})
kafkaContract({
  name: 'the simulated cluster on the wall clock',
  kind: 'simulator',
  only: [
    'carries keys, values, headers and timestamps as bytes, and does not look back at the sender’s objects',
    'hands over the messages of a partition in order and commits the next offset after the batch',
    'commits what was handled before the failure, and hands over the failed message again',
    'shares the partitions among two members, and gives them back to the one that stays',
    'never shows an aborted transaction to readers of committed messages',
    'creates topics once, lists, describes and deletes them',
  ],
  run: async body => {
    const runtime = createWallClock()
    await body(
      surroundings(createCluster({ runtime }), (delayMs, action) => void setTimeout(action, delayMs)),
    )
  },
})

async function inVirtualTime(
  brokers: number,
  body: (surroundings: Surroundings) => Promise<void>,
): Promise<void> {
  const world = createWorld({ seed: 1 })
  const { runtime } = world
  let finished = false
  let failure: unknown
  await world.enter(async () => {
    const cluster = createCluster({ runtime, brokers })
    const start = async () => {
      try {
        const wait = (delayMs: number, action: () => void) =>
          void runtime.schedule(delayMs, action, { idle: false })
        await body(surroundings(cluster, wait))
      } catch (error) {
        failure = error
      }
      finished = true
    }
    world.spawn({ name: 'tester', start })
    const { reason, busy } = await world.settle()
    if (!finished) failure = new Error(`the case did not finish: ${reason} ${JSON.stringify(busy)}`)
  })
  if (failure !== undefined) throw failure
}

function surroundings(cluster: Cluster, wait: (delayMs: number, action: () => void) => void): Surroundings {
  const sleep = (delayMs: number) => new Promise<void>(resolve => wait(delayMs, resolve))
  return {
    kafka: clientId => new cluster.Kafka({ clientId, logLevel: 0 }),
    sleep,
    until: async (what, condition) => {
      const deadline = Date.now() + 60_000
      while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
        await sleep(20)
      }
    },
    unique: () => String(++names),
  }
}
