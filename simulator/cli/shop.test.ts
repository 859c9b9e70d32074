import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { runLiveShop, type ShopOptions } from './live-shop.ts'
import { type ShopProcess, type ShopProcessOptions, startShop, until } from './testing/shop-process.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'out-of-order-shop-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folders = 0
const newFolder = () => join(root, String(++folders))

describe('a shop', () => {
  const shops: ShopProcess[] = []
  afterEach(() => {
    for (const { child } of shops.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  })

  function start(args: readonly string[], options?: ShopProcessOptions): ShopProcess {
    const shop = startShop(args, options)
    shops.push(shop)
    return shop
  }
  /** All of it, or the services named; at a port that is free. */
  async function open(state: string, ...names: string[]): Promise<ShopProcess> {
    const isGateway = names.length === 0 || names.includes('gateway')
    const shop = start([...names, '--state', state, ...(isGateway ? ['--port', '0'] : [])])
    await shop.ready()
    return shop
  }

  interface Answer {
    readonly status: number
    readonly body: Record<string, unknown>
  }

  async function ask(url: string, method = 'GET', body?: object): Promise<Answer> {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const put = (shop: ShopProcess, product: string, openingStock: number) =>
    ask(`${shop.url('gateway')}/products/${product}`, 'PUT', {
      name: 'Green Tea',
      unitPriceCents: 500,
      openingStock,
    })
  const order = (shop: ShopProcess, quantity: number) =>
    ask(`${shop.url('gateway')}/orders`, 'POST', {
      customerId: 'c-1',
      lines: [{ productId: 'tea', quantity, unitPriceCents: 500 }],
    })
  const find = (shop: ShopProcess, orderId: unknown) => ask(`${shop.url('gateway')}/orders/${orderId}`)
  const confirmed = (shop: ShopProcess, orderId: unknown) =>
    until(`${orderId} is confirmed`, async () => (await find(shop, orderId)).body.status === 'confirmed')
  /** Units sold, as the search index counts them. */
  const popularity = async (shop: ShopProcess) => {
    const { body } = await ask(`${shop.url('gateway')}/search/products?q=tea`)
    return (body as unknown as { popularity: number }[])[0]?.popularity
  }

  test('takes an order, tells operators how it is, survives a kill, and ends in order', async () => {
    const state = newFolder()
    const first = await open(state)
    expect(await put(first, 'tea', 100)).toMatchObject({ status: 201 })
    expect((await order(first, 2)).body).toMatchObject({ orderId: 'order-1' })
    await confirmed(first, 'order-1')
    expect((await find(first, 'order-1')).body).toMatchObject({ totalCents: 1_000 })
    await until('search has counted it', async () => (await popularity(first)) === 2)

    for (const instance of ['gateway', 'inventory', 'psp']) {
      expect(await ask(`${first.url(instance)}/health`)).toMatchObject({
        status: 200,
        body: { status: 'alive' },
      })
      expect(await ask(`${first.url(instance)}/ready`)).toMatchObject({
        status: 200,
        body: { status: 'ready' },
      })
    }
    const metrics = await (await fetch(`${first.url('gateway')}/metrics`)).text()
    expect(metrics).toMatch(/^kafka_up 1$/m)
    expect(metrics).toMatch(
      /^kafka_consumergroup_lag\{consumergroup="inventory",topic="order.events",partition="\d"\} \d+$/m,
    )
    const traced = first.lines.filter(line => /OrderPlaced order-1$/.test(String(line.msg)))
    expect(new Set(traced.map(({ trace_id }) => trace_id)).size).toBe(1)

    const second = start(['--state', state, '--port', '0'])
    expect(await second.ended()).toBe(2)
    expect(second.stdout).toBe('')
    const flowing = second.stderr.replace(/\s+/g, ' ')
    expect(flowing).toContain(
      `✗ The shop runs already in ${state} (process ${first.child.pid}, ${first.url('gateway')})`,
    )
    expect(flowing).toContain('use another folder with --state')
    await expect(runLiveShop([], { state, fresh: true, fault: [] })).rejects.toMatchObject({
      code: 'instance-running',
    })

    // Killed with orders at every stage of the flow; those it has answered are its own.
    const answered = await Promise.all(Array.from({ length: 10 }, () => order(first, 1)))
    first.child.kill('SIGKILL')
    await first.ended()
    const again = await open(state)
    const ids = answered.map(({ body }) => body.orderId)
    expect(new Set(ids).size).toBe(10)
    for (const id of ids) await confirmed(again, id)
    await until('search has caught up', async () => (await popularity(again)) === 12)
    expect((await order(again, 1)).body).toMatchObject({ orderId: 'order-12' })
    await confirmed(again, 'order-12')
    await until('inventory has counted it', async () => {
      const { body } = await ask(`${again.url('gateway')}/inventory/weekly-sales`)
      return JSON.stringify(body).includes('"units":13}')
    })

    const askedAt = Date.now()
    again.child.kill('SIGTERM')
    expect(await again.ended()).toBe(0)
    expect(Date.now() - askedAt).toBeLessThan(10_000)
    expect(again.lines.slice(-2)).toMatchObject([{ msg: 'stopping', reason: 'SIGTERM' }, { msg: 'stopped' }])
    expect(again.stderr).toBe('')
    const problems = [...first.lines, ...again.lines].filter(({ level }) => level !== 'info')
    expect(problems).toEqual([])
  })

  test('without one of its services takes orders, goes on with them once it is complete, and ends with whoever reads its output', async () => {
    const state = newFolder()
    const others = 'gateway orders catalog relay payments psp mail notifications search analytics'.split(' ')
    const partial = await open(state, ...others)
    await put(partial, 'tea', 10)
    const { body } = await order(partial, 1)
    await until('it is paid', () =>
      partial.lines.some(({ msg }) => /^handled PaymentAuthorized/.test(String(msg))),
    )
    expect((await find(partial, body.orderId)).body.status).not.toBe('confirmed')
    partial.child.kill('SIGINT')
    expect(await partial.ended()).toBe(0)
    const whole = await open(state)
    await confirmed(whole, body.orderId)

    whole.child.stdout?.destroy()
    // Its next line finds nobody.
    await find(whole, body.orderId).catch(() => {})
    expect(await whole.ended()).toBe(0)
    expect(whole.stderr).toBe('')
  })

  test('started by npm ends on Ctrl-C, which reaches every process of the terminal', async () => {
    const args = ['--state', newFolder(), '--port', '0', '--log', 'json', 'search', 'gateway']
    const shop = start(args, { command: ['npm', 'run', '--silent', 'shop', '--'], detached: true })
    await shop.ready()
    process.kill(-shop.child.pid!, 'SIGINT')
    // The shell that npm starts ends by the signal, and then so does npm; the shop itself is through by then.
    expect([0, 'SIGINT']).toContain(await shop.ended())
    expect(shop.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })

  test('that finds no broker says so in one sentence, soon, and nothing else', async () => {
    const startedAt = Date.now()
    const shop = start(['--broker', '127.0.0.1:1', '--state', newFolder()])
    expect(await shop.ended()).toBe(2)
    expect(Date.now() - startedAt).toBeLessThan(20_000)
    expect(shop.stdout).toBe('')
    expect(shop.stderr.replace(/\s+/g, ' ')).toBe(
      '✗ No Kafka broker answers at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1. Start one with npm run broker, or leave --broker away: the embedded broker needs nothing. ',
    )
  })
})

describe('a shop is refused', () => {
  let state: string
  const servers: Server[] = []
  beforeEach(() => {
    state = newFolder()
  })
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  async function refusal(names: string[], options: Partial<ShopOptions> = {}): Promise<WorkbenchError> {
    const error: unknown = await runLiveShop(names, { state, log: 'none', fault: [], ...options }).catch(
      error => error,
    )
    if (error instanceof WorkbenchError) return error
    throw error
  }
  async function listen(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  test('for names, ports, logs and faults that are none, before anything is touched', async () => {
    expect(await refusal(['invetory'])).toMatchObject({
      code: 'unknown-service',
      next: expect.stringContaining('The nearest is inventory;'),
    })
    expect(await refusal(['orders', 'orders'])).toMatchObject({ code: 'repeated-service' })
    expect(await refusal(['psp-2'])).toMatchObject({ code: 'outside-party' })
    for (const port of ['-1', '65536', '80a', '1.5', '', ' 80', '0x50'])
      expect(await refusal([], { port })).toMatchObject({ code: 'bad-port', message: `${port} is no port.` })
    expect(await refusal(['inventory'], { port: '9000' })).toMatchObject({ code: 'no-gateway' })
    expect(await refusal([], { log: 'xml' })).toMatchObject({ code: 'bad-log' })
    expect(await refusal([], { fault: ['down:inventory@1s+2s'] })).toMatchObject({ code: 'not-on-a-broker' })
    expect(await refusal([], { fault: ['slow:gateway'] })).toMatchObject({ code: 'not-on-a-broker' })
    expect(await refusal([], { fault: ['sloww:inventory'] })).toMatchObject({ code: 'bad-plan' })
    expect(existsSync(state)).toBe(false)
  })

  test('for a port that another program has', async () => {
    const port = await listen()
    expect(await refusal([], { port: String(port) })).toMatchObject({
      code: 'port-in-use',
      message: `Port ${port} for gateway is taken by another program.`,
      next: 'Choose another with --port.',
    })
  })

  test('for a folder that is not the shop’s, and with --fresh deletes nothing there', async () => {
    mkdirSync(state)
    const mine = ['kafka.db', 'orders.db', 'thesis.txt']
    for (const file of mine) writeFileSync(join(state, file), 'mine')
    for (const fresh of [false, true])
      expect(await refusal([], { fresh })).toMatchObject({
        code: 'bad-state-folder',
        next: expect.stringContaining('--state'),
      })
    expect(readdirSync(state).sort()).toEqual(mine)
    for (const path of [join(state, 'thesis.txt'), join(state, 'thesis.txt', 'below')])
      expect(await refusal([], { state: path })).toMatchObject({ code: 'bad-state-folder' })
  })

  test('for a broker’s address that is none', async () => {
    for (const broker of [
      'localhost',
      'localhost:',
      ':9092',
      'a b:1',
      'http://localhost:9092',
      'h:0',
      'h:65536',
      'h:99999',
      'a:1,b:2',
    ])
      expect(await refusal([], { broker })).toMatchObject({
        code: 'bad-address',
        message: `${broker} is no address of a broker.`,
        next: 'Give host and port: 127.0.0.1:9092.',
      })
  })

  test('for a folder whose databases belong to another cluster', async () => {
    mkdirSync(state)
    writeFileSync(join(state, 'out-of-order.txt'), '')
    writeFileSync(join(state, 'cluster.txt'), 'another\n')
    expect(await refusal([], { port: '0' })).toMatchObject({
      code: 'other-cluster',
      next: expect.stringContaining('--fresh'),
    })
  })
})
