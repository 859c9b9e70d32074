import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Host, Service } from '#simulator/service.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { silentLog } from './logs.ts'
import { createSmallWorld, hearFailuresAlone, type SmallWorld, TOPIC } from './testing.ts'

let world: SmallWorld
beforeEach(async () => {
  world = await createSmallWorld()
})
afterEach(() => world.end())

const PATIENCE = { timeout: 15_000 }
const said = (msg: string) => world.lines.filter(line => line.msg === msg)
const sleep = (delayMs: number) => new Promise(resolve => setTimeout(resolve, delayMs))

/** Answers its greeting at `/`. */
const greeting =
  (text: string): Service =>
  async host => {
    const app = new Hono()
    app.get('/', c => c.text(`${text} ${host.name}`))
    host.listen(app)
  }

async function send({ kafka }: Pick<Host, 'kafka'>, ...values: string[]): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: TOPIC, messages: values.map(value => ({ value, partition: 0 })) })
}

async function consume(
  { kafka, name }: Host,
  handle: (value: string) => Promise<void> | void,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: name, retry: { initialRetryTime: 10 } })
  await consumer.connect()
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => handle(String(message.value)) })
}

describe('services', () => {
  test('find each other by name, keep what they write, and share their work as instances', async () => {
    const names: string[] = []
    const live = await world.start(
      {
        orders: greeting('I am'),
        gateway: async host => {
          host.db.exec('CREATE TABLE IF NOT EXISTS starts (x)')
          host.db.exec('INSERT INTO starts VALUES (1)')
          for (let turn = 0; turn < 4; turn++) names.push(await (await fetch('http://orders/')).text())
        },
      },
      {},
      ['orders', 'orders-2', 'gateway'],
    )
    await expect.poll(() => live.isReady(), PATIENCE).toBe(true)
    expect(names).toEqual(['I am orders', 'I am orders-2', 'I am orders', 'I am orders-2'])
    await live.stop()
    const db = world.state.openDatabaseReadonly('gateway')!
    expect(db.prepare('SELECT count(*) FROM starts').pluck().get()).toBe(1)
    db.close()
  })

  test('that are stopped are gone: no address, no lock, no timer, no member of a group', async () => {
    let ticks = 0
    const live = await world.start({
      orders: async host => {
        setInterval(() => ticks++, 5)
        await consume(host, () => {})
      },
    })
    const { url } = live.instances[0]!
    await expect.poll(() => live.isReady() && ticks > 0, PATIENCE).toBe(true)
    await live.stop()
    const then = ticks
    await sleep(30)
    expect(ticks).toBe(then)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await expect(fetch('http://orders/')).rejects.toThrow('fetch failed')
    expect((await world.cluster.admin.describeGroups(['orders'])).groups[0]?.members).toEqual([])
    world.state.lock('orders')()
  })

  test('that have read something go on behind it after a restart', async () => {
    const read: string[] = []
    const services = { orders: (host: Host) => consume(host, value => void read.push(value)) }
    const live = await world.start(services)
    await send({ kafka: world.cluster.kafka('outside', silentLog) }, 'a', 'b')
    await expect.poll(() => read, PATIENCE).toEqual(['a', 'b'])
    await live.stop()
    const again = await world.start(services)
    await expect.poll(() => again.isReady(), PATIENCE).toBe(true)
    await send({ kafka: world.cluster.kafka('outside', silentLog) }, 'c')
    await expect.poll(() => read, PATIENCE).toEqual(['a', 'b', 'c'])
  })

  test('whose handler is under way get to end it, with timers and answers of others', async () => {
    const done: string[] = []
    const live = await world.start({
      orders: async host => {
        const app = new Hono()
        app.get('/', async c => {
          await sleep(100)
          return c.text('late')
        })
        host.listen(app)
      },
      search: async host => {
        await consume(host, async value => {
          done.push(`begun ${value}`)
          await sleep(20)
          host.db.exec('CREATE TABLE done (x)')
          done.push(`${await (await fetch('http://orders/')).text()} ${value}`)
        })
        await send(host, 'a')
      },
    })
    await expect.poll(() => done, PATIENCE).toEqual(['begun a'])
    await live.stop()
    expect(done).toEqual(['begun a', 'late a'])
    const [search] = await world.cluster.admin.fetchOffsets({ groupId: 'search', topics: [TOPIC] })
    expect(search!.partitions.find(({ partition }) => partition === 0)?.offset).toBe('1')
  })

  test('that do not end in time are left behind', async () => {
    let begun = false
    const live = await world.start(
      {
        search: async host => {
          await consume(host, async () => {
            begun = true
            await new Promise(() => {})
          })
          await send(host, 'a')
        },
      },
      { limits: { longestCloseMs: 100 } },
    )
    await expect.poll(() => begun, PATIENCE).toBe(true)
    await live.stop()
    expect(said('did not end in time and is left behind')).toHaveLength(1)
  })
})

describe('a service that fails', () => {
  /** Calls `fail` at its first starts; tells what was there at each. */
  function failing(times: number, fail: (host: Host) => unknown) {
    const starts: { host: Host; atMs: number }[] = []
    const service: Service = async host => {
      starts.push({ host, atMs: Date.now() })
      if (starts.length <= times) await fail(host)
    }
    return { starts, service }
  }

  test('at its start is started anew, later each time, with a fresh client and the same database', async () => {
    const { starts, service } = failing(3, async host => {
      host.db.exec('CREATE TABLE IF NOT EXISTS starts (x)')
      host.db.exec('INSERT INTO starts VALUES (1)')
      await host.kafka.producer().connect()
      throw new Error('no configuration')
    })
    const live = await world.start({ orders: service, search: greeting('I am') })
    await expect.poll(() => live.isReady(), PATIENCE).toBe(true)
    expect(starts).toHaveLength(4)
    expect(new Set(starts.map(({ host }) => host.kafka)).size).toBe(4)
    expect(starts[0]!.host.db.open).toBe(false)
    expect(starts[3]!.host.db.prepare('SELECT count(*) FROM starts').pluck().get()).toBe(3)
    expect(said('starts again').map(({ ms }) => ms)).toEqual([20, 40, 80])
    expect(said('did not start')[0]).toMatchObject({
      level: 'error',
      service: 'orders',
      err: { message: 'no configuration', stack: expect.any(String) },
    })
    expect(said('is up').map(({ service }) => service)).toEqual(['search', 'orders'])
  })

  test('takes its timers, its interface and its clients with it', async () => {
    let ticks = 0
    let olds: Host | undefined
    const { service } = failing(1, async host => {
      olds = host
      setInterval(() => ticks++, 1)
      await greeting('old')(host)
      throw new Error('half way')
    })
    const live = await world.start({ orders: service }, { limits: { firstRestartAfterMs: 200 } })
    await expect.poll(() => said('starts again'), PATIENCE).toHaveLength(1)
    await expect.poll(() => olds?.db.open, PATIENCE).toBe(false)
    const then = ticks
    expect((await fetch(`${live.instances[0]!.url}/`)).status).toBeGreaterThanOrEqual(400)
    expect(live.isReady()).toBe(false)
    await expect.poll(() => live.isReady(), PATIENCE).toBe(true)
    expect(ticks).toBe(then)
    expect(() => olds!.kafka.producer()).toThrow('stopped')
  })

  test('to open its database is started anew, and nothing else is hurt', async () => {
    writeFileSync(join(world.folder, 'orders.db'), 'this is no database, it is a text of some length')
    const live = await world.start({ orders: greeting('never'), search: greeting('I am') })
    await expect.poll(() => said('starts again').length, PATIENCE).toBeGreaterThan(1)
    expect(said('did not start')[0]).toMatchObject({ err: { message: 'file is not a database' } })
    expect(live.instances.map(instance => instance.isReady())).toEqual([false, true])
  })

  test('in a handler, with an error that KafkaJS gives up at, is given the message again', async () => {
    const read: string[] = []
    const live = await world.start({
      search: async host => {
        await consume(host, value => {
          read.push(value)
          if (read.length === 1) throw new TypeError('order.lines is not iterable')
        })
        if (read.length === 0) await send(host, 'a')
      },
    })
    await expect.poll(() => read, PATIENCE).toEqual(['a', 'a'])
    await expect.poll(() => live.isReady(), PATIENCE).toBe(true)
    expect(said('KafkaJS has given its consumer up for good')).toMatchObject([
      { service: 'search', err: { type: 'TypeError', stack: expect.stringContaining('live.test.ts') } },
    ])
    const metrics = await (await fetch(`${live.instances[0]!.url}/metrics`)).text()
    expect(metrics).toContain('kafka_consumer_given_up_total{service="search"} 1')
    expect(metrics).toContain('service_restarts_total{service="search"} 1')
  })

  test('where nobody catches it is started anew, and the others go on; what is nobody’s is told', async () => {
    const hearAll = hearFailuresAlone()
    try {
      const strays: unknown[] = []
      const { starts, service } = failing(2, () => {
        if (starts.length === 1) {
          void Promise.reject(new Error('a rejection'))
          void Promise.reject(new Error('another: the service is on its way out already'))
        }
        if (starts.length === 2)
          setTimeout(() => {
            throw new Error('in a timer')
          }, 1)
      })
      const live = await world.start(
        { orders: service, search: greeting('I am') },
        { onStray: error => strays.push(error) },
      )
      await expect.poll(() => starts.length, PATIENCE).toBe(3)
      await expect.poll(() => live.isReady(), PATIENCE).toBe(true)
      expect(said('failed, and nobody caught it').map(({ err }) => (err as Error).message)).toEqual([
        'a rejection',
        'in a timer',
      ])
      const stray = new Error('nobody’s')
      setTimeout(() => {
        throw stray
      }, 0)
      await expect.poll(() => strays, PATIENCE).toEqual([stray])
      expect(said('starts again').map(({ service }) => service)).toEqual(['orders', 'orders'])
      expect(starts).toHaveLength(3)
    } finally {
      hearAll()
    }
  })

  test('is nobody’s when the platform itself fails: the process ends with exit code 1 and says why', async () => {
    const hearAll = hearFailuresAlone()
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    try {
      await world.start({ orders: greeting('I am') })
      setTimeout(() => {
        throw new Error('nobody’s')
      }, 0)
      await expect.poll(() => exit.mock.calls, PATIENCE).toEqual([[1]])
      expect(world.lines.at(-1)).toMatchObject({ level: 'fatal', err: { message: 'nobody’s' } })
    } finally {
      exit.mockRestore()
      hearAll()
    }
  })

  test('is not started any more once everything is stopped', async () => {
    const { starts, service } = failing(9, () => Promise.reject(new Error('always')))
    const live = await world.start({ orders: service })
    await expect.poll(() => starts.length, PATIENCE).toBe(2)
    await live.stop()
    const then = starts.length
    await sleep(150)
    expect(starts).toHaveLength(then)
  })
})

describe('a start that is refused', () => {
  const never: Service = async () => {
    throw new Error('was started')
  }
  async function refusal(start: Promise<unknown>): Promise<WorkbenchError> {
    const error: unknown = await start.then(
      () => undefined,
      error => error,
    )
    if (error instanceof WorkbenchError) return error
    throw new Error(`not refused: ${error}`)
  }

  test('because a port is taken has started nothing, and leaves nothing behind', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const error = await refusal(world.start({ orders: never, gateway: never }, { ports: { gateway: port } }))
    stranger.close()
    expect(error).toMatchObject({ code: 'port-in-use' })
    expect(world.lines).toEqual([])
    world.state.lock('orders')()
    world.state.lock('gateway')()
    await expect(fetch('http://orders/')).rejects.toThrow('fetch failed')
  })

  test('because one of them runs already says who, and leaves that one alone', async () => {
    const live = await world.start({ orders: greeting('I am') })
    const error = await refusal(world.start({ search: never, orders: never }))
    expect(error).toMatchObject({ code: 'instance-running' })
    expect(error.message).toContain(`process ${process.pid}, ${live.instances[0]!.url}`)
    expect(await (await fetch('http://orders/')).text()).toBe('I am orders')
  })

  test('because the folder is another cluster’s', async () => {
    writeFileSync(join(world.folder, 'cluster.txt'), 'another\n')
    expect(await refusal(world.start({ orders: never }))).toMatchObject({ code: 'other-cluster' })
  })
})
