import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Plan } from '#simulator/faults/plan.ts'
import type { Host, Service } from '#simulator/service.ts'
import type { Fold } from '#simulator/trace/fold.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import type { Evidence, Guarantee, Scenario } from './scenario.ts'
import { type SimulateOptions, simulate } from './simulate.ts'

const ORDERS = 5
const TOPIC = 'order.events'

/** `till` accepts orders by HTTP and tells Kafka; it answers when Kafka has them. */
const till: Service = async host => {
  const producer = host.kafka.producer()
  await producer.connect()
  host.listen({
    async fetch(request) {
      const order = await request.text()
      await producer.send({
        topic: TOPIC,
        messages: [{ key: order, value: JSON.stringify({ type: 'OrderPlaced' }) }],
      })
      return new Response('ok')
    },
  })
}

/** `counter` counts the orders; it remembers the keys it has counted, or not. */
function createCounter(remembers: boolean): Service {
  return async ({ db, kafka }) => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS counted (orders INTEGER); CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)',
    )
    if (db.prepare('SELECT * FROM counted').get() === undefined) db.exec('INSERT INTO counted VALUES (0)')
    const remember = db.prepare('INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING')
    const count = db.prepare('UPDATE counted SET orders = orders + 1')
    const apply = db.transaction((key: string) => {
      if (remember.run(key).changes === 1 || !remembers) count.run()
    })
    const consumer = kafka.consumer({ groupId: 'counter' })
    await consumer.connect()
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
    await consumer.run({ eachMessage: async ({ message }) => apply(String(message.key)) })
  }
}

async function placeOrders(): Promise<void> {
  for (let number = 1; number <= ORDERS; number++) {
    for (let attempt = 0; attempt < 50; attempt++) {
      const answer = await fetch('http://till/', { method: 'POST', body: `order-${number}` }).catch(
        () => undefined,
      )
      if (answer?.ok === true) break
      await sleep(1000)
    }
    await sleep(200)
  }
}

const countedOnce: Guarantee = {
  name: 'counted-once',
  promise: 'Every order is counted exactly once.',
  kind: 'eventually',
  judge(evidence) {
    const counted = countedIn(evidence)
    if (counted === ORDERS) return []
    return [
      {
        outcome: counted > ORDERS ? 'doubled' : 'lost',
        message: `${counted} of ${ORDERS} orders were counted`,
      },
    ]
  },
}

function countedIn(evidence: Evidence): number {
  return (evidence.database('counter').prepare('SELECT orders FROM counted').get() as { orders: number })
    .orders
}

function createScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    name: 'counting',
    topics: [{ topic: TOPIC, partitions: 2 }],
    services: [
      { name: 'till', service: till },
      { name: 'counter', service: createCounter(true) },
    ],
    parties: {},
    workload: placeOrders,
    guarantees: [countedOnce],
    ...changes,
  }
}

const withCounter = (service: Service) =>
  createScenario({
    services: [
      { name: 'till', service: till },
      { name: 'counter', service },
    ],
  })
const plan = (faults: Fault[] = [], seed = 1): Plan => ({ seed, faults })
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

async function traced(scenario: Scenario, faults: Fault[] = [], options: SimulateOptions = {}) {
  const trace: TraceRecord[] = []
  const run = await simulate(scenario, plan(faults), { ...options, onRecord: record => trace.push(record) })
  return { run, trace, kinds: trace.map(record => `${record.process} ${record.kind}`) }
}

const appends: Fold<number> = {
  name: 'appends',
  initial: () => 0,
  apply: (count, record) => (record.kind === 'kafka.append' ? count + 1 : count),
}
const duplicates: Fault[] = [{ kind: 'duplicate', service: 'counter', rate: 1, when: 'at-once' }]

describe('a run', () => {
  test('is the same for the same plan, byte for byte, however often', async () => {
    const faults: Fault[] = [
      { kind: 'duplicate', service: 'counter', rate: 0.5, when: 'at-once' },
      { kind: 'down', service: 'counter', from: 300, for: 2000 },
    ]
    const hashes = new Set<string>()
    for (let time = 0; time < 50; time++)
      hashes.add((await simulate(createScenario(), plan(faults))).traceHash)
    expect([...hashes]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  })

  test('is another one for another seed, and for other faults', async () => {
    const hashes = await Promise.resolve().then(async () => [
      (await simulate(createScenario(), plan([], 1))).traceHash,
      (await simulate(createScenario(), plan([], 2))).traceHash,
      (await simulate(createScenario(), plan(duplicates))).traceHash,
    ])
    expect(new Set(hashes).size).toBe(3)
  })

  test('does not depend on who looks on', async () => {
    const { traceHash } = await simulate(createScenario(), plan(duplicates))
    const { run } = await traced(createScenario(), duplicates, {
      folds: [appends],
    })
    expect(run.traceHash).toBe(traceHash)
  })

  test('counts what it did, and leaves out the hash when nobody asks for it', async () => {
    const { run, trace } = await traced(createScenario(), [], { hash: false })
    expect(run.traceHash).toBe('')
    expect(run.records).toBe(trace.length)
    expect(run.steps).toBeGreaterThan(ORDERS)
    expect(run.virtualMs).toBeGreaterThanOrEqual(ORDERS * 200)
    expect(trace.map(({ seq }) => seq)).toEqual(trace.map((_, index) => index + 1))
  })

  test('gives a fold of the caller to the caller', async () => {
    let counted = 0
    await simulate(createScenario(), plan(), {
      folds: [appends],
      inspect: evidence => {
        counted = evidence.fold(appends)
      },
    })
    expect(counted).toBe(ORDERS)
  })
})

describe('a guarantee', () => {
  test('holds on the happy path even for a consumer that is not idempotent', async () => {
    const run = await simulate(withCounter(createCounter(false)), plan())
    expect(run).toMatchObject({ holds: true, violations: [], trouble: undefined })
  })

  test('is broken by that consumer when messages come twice, and says so with numbers', async () => {
    const run = await simulate(withCounter(createCounter(false)), plan(duplicates))
    expect(run.holds).toBe(false)
    expect(run.violations).toEqual([
      {
        guarantee: 'counted-once',
        promise: 'Every order is counted exactly once.',
        outcome: 'doubled',
        message: '10 of 5 orders were counted',
      },
    ])
  })

  test('holds for the idempotent one', async () => {
    expect((await simulate(createScenario(), plan(duplicates))).holds).toBe(true)
  })

  test('of the kind sometimes is judged on the happy path only', async () => {
    const rare: Guarantee = {
      name: 'order-refused',
      promise: 'Some order is refused.',
      kind: 'sometimes',
      judge: () => [{ outcome: 'stale', message: 'no order was refused' }],
    }
    const scenario = () => createScenario({ guarantees: [countedOnce, rare] })
    expect((await simulate(scenario(), plan())).violations.map(({ guarantee }) => guarantee)).toEqual([
      'order-refused',
    ])
    expect((await simulate(scenario(), plan(duplicates))).holds).toBe(true)
  })
})

describe('healing', () => {
  test('ends a window that has no end of its own, and what was missed is made up for', async () => {
    const { run, trace } = await traced(createScenario(), [{ kind: 'down', service: 'counter', from: 300 }])
    expect(run).toMatchObject({ holds: true, violations: [] })
    const heal = trace.find(({ kind }) => kind === 'heal')!
    const restart = trace.filter(({ kind, process }) => kind === 'process.start' && process === 'counter')[1]!
    expect(restart.t).toBeGreaterThanOrEqual(heal.t)
    expect(run.healedAtMs).toBe(heal.t)
  })

  test('comes after the last window has passed, also when the system has long been at rest', async () => {
    const { run, trace } = await traced(createScenario(), [
      { kind: 'down', service: 'counter', from: 3_600_000, for: 1000 },
    ])
    expect(trace.some(({ kind, t }) => kind === 'fault.end' && t === 3_601_000)).toBe(true)
    expect(run.healedAtMs).toBeGreaterThanOrEqual(3_601_000)
  })

  test('comes when patience is up with a system that finds no rest under its faults', async () => {
    const { run } = await traced(createScenario(), [{ kind: 'down', service: 'till', from: 0 }], {
      patienceMs: 10_000,
    })
    expect(run.holds).toBe(true)
    expect(run.healedAtMs).toBe(10_000)
  })

  test('comes before the operator acts', async () => {
    const kinds: string[] = []
    const operator: Scenario['operator'] = async ({ kafka }) => {
      const admin = kafka.admin()
      await admin.connect()
      kinds.push(...(await admin.listTopics()))
      await admin.disconnect()
    }
    const { trace } = await traced(createScenario({ operator }))
    expect(kinds).toEqual([TOPIC])
    const heal = trace.find(({ kind }) => kind === 'heal')!
    expect(trace.find(({ process }) => process === 'operator')!.seq).toBeGreaterThan(heal.seq)
  })
})

describe('trouble', () => {
  test('a handler that waits for a promise nobody settles', async () => {
    const stuck = withCounter(async host => {
      await createCounter(true)(host)
      await consume(host, () => new Promise(() => {}))
    })
    const run = await simulate(stuck, plan())
    expect(run.holds).toBe(false)
    expect(run.trouble).toMatchObject({ code: 'waiting-outside' })
    expect(run.trouble!.message).toMatch(/^counter: .* is waiting for a promise that nothing will settle\.$/)
    expect(run.trouble!.next).not.toBe('')
  })

  test('a handler that reads a file is named with what it used', async () => {
    const reader = withCounter(async host => {
      await createCounter(true)(host)
      await consume(host, async () => void (await readFile(import.meta.filename, 'utf8')))
    })
    const run = await simulate(reader, plan())
    expect(run.holds).toBe(false)
    expect(run.trouble).toMatchObject({ code: expect.stringMatching(/^(used|waiting)-outside$/) })
    expect(run.trouble!.message).toContain('readFile from node:fs/promises')
    expect(run.trouble!.message).toContain('counter')
  })

  test('a retry without an end, ended by the limit of steps', async () => {
    const restless = withCounter(async host => {
      await createCounter(true)(host)
      for (;;) {
        host.db.exec('UPDATE counted SET orders = orders')
        await sleep(10)
      }
    })
    const run = await simulate(restless, plan(), { maxSteps: 5000 })
    expect(run.holds).toBe(false)
    expect(run.trouble).toMatchObject({ code: 'never-settles' })
    expect(run.trouble!.message).toContain('counter')
    expect(run.steps).toBe(5000)
  })

  test('the same, ended by the limit of virtual time', async () => {
    const restless = withCounter(async host => {
      await createCounter(true)(host)
      for (;;) {
        host.db.exec('UPDATE counted SET orders = orders')
        await sleep(1000)
      }
    })
    const run = await simulate(restless, plan(), { maxVirtualMs: 600_000 })
    expect(run.trouble).toMatchObject({ code: 'never-settles' })
    expect(run.virtualMs).toBeLessThanOrEqual(600_000)
  })

  test('is reported even where the guarantees find nothing they could judge', async () => {
    const run = await simulate(stuckAtStart([countedOnce]), plan())
    expect(run.holds).toBe(false)
    expect(run.trouble).toMatchObject({ code: 'waiting-outside' })
  })

  test('a workload that fails: what follows says nothing about the services', async () => {
    const workload = async () => {
      await sleep(100)
      throw new Error('no such customer')
    }
    const { holds, trouble } = await simulate(createScenario({ workload, guarantees: [] }), plan())
    expect({ holds, code: trouble?.code }).toEqual({ holds: false, code: 'workload-failed' })
    expect(trouble?.message).toContain('no such customer')
  })

  test('a table that the judge needs and cannot read is trouble, sampled or not', async () => {
    const unreadable = new WorkbenchError('missing-table', 'There is no column units.', 'Keep it.')
    const judge = () => {
      throw unreadable
    }
    const guarantee: Guarantee = { name: 'counted', promise: '', kind: 'eventually', judge }
    const model = { name: 'count', database: 'counter', read: judge, expected: () => new Map() }
    const scenario = { ...createScenario({ guarantees: [guarantee] }), readModels: [model] }
    expect((await simulate({ ...scenario, readModels: [] }, plan())).trouble).toBe(unreadable)
    const { holds, trouble } = await simulate(scenario, plan(), { observeEveryMs: 10 })
    expect({ holds, trouble }).toEqual({ holds: false, trouble: unreadable })
  })

  test('leaves nothing behind: the next run is as ever', async () => {
    const before = await simulate(createScenario(), plan())
    await simulate(stuckAtStart([]), plan())
    expect((await simulate(createScenario(), plan())).traceHash).toBe(before.traceHash)
  })
})

/** Its counter never gets as far as creating its tables. */
function stuckAtStart(guarantees: Guarantee[]): Scenario {
  return { ...withCounter(() => new Promise(() => {})), guarantees }
}

describe('refuses', () => {
  test('a site that the run never came by, with the nearest it came by', async () => {
    const fault: Fault = { kind: 'crash', at: 'counter/comit order-1/OrderPlaced', when: 'after' }
    await expect(simulate(createScenario(), plan([fault]))).rejects.toMatchObject({
      code: 'unknown-site',
      message: 'The run never came by the site counter/comit order-1/OrderPlaced.',
      next: expect.stringContaining('counter/commit order-1/OrderPlaced#1'),
    })
  })

  test('an occurrence that there was not', async () => {
    const fault: Fault = { kind: 'crash', at: 'counter/commit order-1/OrderPlaced#9', when: 'after' }
    await expect(simulate(createScenario(), plan([fault]))).rejects.toMatchObject({
      code: 'unknown-site',
      next: expect.stringContaining('counter/commit order-1/OrderPlaced#1'),
    })
  })

  test('a fault at a site that cannot suffer it, with those it can', async () => {
    const fault: Fault = { kind: 'lost-write', at: 'counter/commit order-1/OrderPlaced' }
    await expect(simulate(createScenario(), plan([fault]))).rejects.toMatchObject({
      code: 'misplaced-fault',
      message: 'lost-write cannot strike at counter/commit order-1/OrderPlaced.',
      next: expect.stringMatching(/^What can: crash, pause, .*error/),
    })
  })

  test.each(['schema-change', 'old-data'])('%s of a service that has no other version', async kind => {
    await expect(
      simulate(createScenario(), plan([{ kind, service: 'counter', from: 500 }])),
    ).rejects.toMatchObject({
      code: 'bad-plan',
      message: expect.stringContaining(`${kind} cannot strike counter`),
      next: expect.stringMatching(/\.$/),
    })
  })

  test('and is ready for the next run afterwards', async () => {
    const { traceHash } = await simulate(createScenario(), plan())
    await expect(simulate(createScenario(), plan([{ kind: 'old-data', service: 'till' }]))).rejects.toThrow()
    await expect(
      simulate(createScenario(), plan([{ kind: 'schema-change', service: 'till', from: 1 }])),
    ).rejects.toThrow()
    expect((await simulate(createScenario(), plan())).traceHash).toBe(traceHash)
  })
})

describe('a service with versions', () => {
  const withVersions = () =>
    createScenario({
      services: [
        { name: 'till', service: till, nextVersion: host => till({ ...host, kafka: louder(host) }) },
        {
          name: 'counter',
          service: createCounter(true),
          oldData: db => db.exec('CREATE TABLE counted (orders INTEGER); INSERT INTO counted VALUES (40)'),
        },
      ],
    })

  test('writes in its next version after schema-change, and only then', async () => {
    const { run, trace } = await traced(withVersions(), [
      { kind: 'schema-change', service: 'till', from: 500 },
    ])
    expect(run.holds).toBe(true)
    const values = trace.filter(({ kind }) => kind === 'kafka.append') as (TraceRecord & { value: string })[]
    expect(values).toHaveLength(ORDERS)
    for (const { t, value } of values)
      expect(value).toBe(t < 500 ? '{"type":"OrderPlaced"}' : '{"type":"ORDERPLACED"}')
    expect(new Set(values.map(({ value }) => value)).size).toBe(2)
  })

  test('finds the rows of an earlier version under old-data, and only then', async () => {
    let counted = 0
    const inspect = (evidence: Evidence) => {
      counted = countedIn(evidence)
    }
    await simulate(withVersions(), plan([{ kind: 'old-data', service: 'counter' }]), { inspect })
    expect(counted).toBe(40 + ORDERS)
    await simulate(withVersions(), plan(), { inspect })
    expect(counted).toBe(ORDERS)
  })
})

describe('read models', () => {
  const model = {
    name: 'count',
    database: 'counter',
    read: (db: Host['db']) => {
      const row = db.prepare('SELECT orders FROM counted').get() as { orders: number } | undefined
      return new Map<string, unknown>(row === undefined ? [] : [['orders', row.orders]])
    },
    expected: () => new Map<string, unknown>([['orders', ORDERS]]),
  }
  const observed = (trace: TraceRecord[]) =>
    trace.filter(({ kind }) => kind === 'observe') as (TraceRecord & { rows: object; drift: number })[]

  test('are sampled once, at the end, unless told', async () => {
    const { trace } = await traced(createScenario({ readModels: [model] }))
    expect(observed(trace).map(({ rows, drift }) => ({ rows, drift }))).toEqual([
      { rows: { orders: ORDERS }, drift: 0 },
    ])
  })

  test('are sampled as often as told, with what has changed since, and do not keep the run alive', async () => {
    const { run, trace } = await traced(createScenario({ readModels: [model] }), [], { observeEveryMs: 100 })
    const samples = observed(trace)
    expect(samples.length).toBeGreaterThan(5)
    expect(samples[1]!.t - samples[0]!.t).toBe(100)
    expect(samples.at(-1)).toMatchObject({ drift: 0 })
    expect(samples.some(({ drift }) => drift === 1)).toBe(true)
    const changes = samples.flatMap(({ rows }) => Object.values(rows))
    expect(changes).toEqual([...new Set(changes)])
    expect(changes.at(-1)).toBe(ORDERS)
    expect(run.virtualMs).toBeLessThan(60_000)
  })
})

/** A consumer of its own group, besides what the service does. */
async function consume({ kafka }: Host, handle: () => Promise<void>): Promise<void> {
  const consumer = kafka.consumer({ groupId: 'second' })
  await consumer.connect()
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  await consumer.run({ eachMessage: handle })
}

/** The same client, but what it sends is in capitals. */
function louder({ kafka }: Host): Host['kafka'] {
  return {
    ...kafka,
    consumer: config => kafka.consumer(config),
    admin: config => kafka.admin(config),
    producer(config) {
      const producer = kafka.producer(config)
      return {
        ...producer,
        send: record =>
          producer.send({
            ...record,
            messages: record.messages.map(message => ({
              ...message,
              value: String(message.value).replace('OrderPlaced', 'ORDERPLACED'),
            })),
          }),
      }
    },
  }
}
