import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Party, PartyEntry } from '#simulator/scenario/scenario.ts'
import type { WebApp } from '#simulator/service.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import { createWorld, type World } from '#simulator/world/world.ts'
import { createNetwork, type Network } from './network.ts'

interface Run {
  readonly world: World
  readonly records: TraceRecord[]
  /** What the gateway saw, in order. */
  readonly seen: unknown[]
  readonly psp: Party
}

type See = (what: unknown) => void

/** A gateway that calls, and a service `orders` with a Hono app that answers. */
async function run(
  faults: readonly Fault[],
  gateway: (see: See, world: World) => Promise<void>,
  orders: (app: Hono, see: See) => void = takeOrders,
  more?: (world: World, network: Network, see: See) => void,
): Promise<Run> {
  const records: TraceRecord[] = []
  const seen: unknown[] = []
  const see: See = what => void seen.push(what)
  const psp = createPaymentProvider()
  const world = createWorld({
    seed: 1,
    faults,
    onRecord: record => void records.push(record),
    fetch: (input, init) => network.fetch(input, init),
  })
  const network = createNetwork(world.runtime, { parties: { psp }, services: ['orders', 'search'] })
  await world.enter(async () => {
    world.spawn({
      name: 'orders',
      start: async process => {
        const app = new Hono()
        orders(app, see)
        network.listen(process, app)
      },
    })
    more?.(world, network, see)
    let started = false
    world.spawn({
      name: 'gateway',
      start: async () => {
        if (started) return
        started = true
        await new Promise(resolve => setTimeout(resolve, 10))
        await gateway(see, world)
      },
    })
    await world.settle()
    world.heal()
    await world.settle()
  })
  return { world, records, seen, psp }
}

function takeOrders(app: Hono, see: See): void {
  app.post('/orders', async context => {
    const body = await context.req.json<{ id: string }>()
    see(`took ${body.id}`)
    return context.json({ taken: body.id }, 201)
  })
  app.get('/orders/:id', context => context.json({ id: context.req.param('id'), q: context.req.query('q') }))
}

function createPaymentProvider(): Party {
  const ledger: PartyEntry[] = []
  return {
    ledger,
    async fetch(request) {
      const { key } = (await request.json()) as { key: string }
      ledger.push({ action: 'charge', key })
      return Response.json({ charged: key })
    },
  }
}

const order = (id: string, init: RequestInit = {}) =>
  fetch('http://orders/orders', { method: 'POST', body: JSON.stringify({ id }), ...init })
const charge = (key: string, init: RequestInit = {}) =>
  fetch('http://psp/charges', { method: 'POST', body: JSON.stringify({ key }), ...init })

async function failure(action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined
    return `${(error as Error).name} ${cause?.code ?? (error as Error).message}`
  }
  return 'no failure'
}

function http(records: readonly TraceRecord[]): unknown[] {
  return records
    .filter(({ kind }) => kind.startsWith('http.') || kind.startsWith('party.'))
    .map(({ seq, t, cause, ...fields }) => fields)
}

const placed = async (see: See) => {
  const response = await order('order-7', { headers: { 'idempotency-key': 'order-7' } })
  see([response.status, await response.json()])
}

describe('fetch between services', () => {
  it('reaches a Hono app in virtual time and brings its answer back', async () => {
    const { seen, world } = await run([], async see => {
      const before = Date.now()
      await placed(see)
      see(Date.now() - before >= 4 && Date.now() - before <= 24)
      see(await (await fetch('http://orders/orders/order-7?q=1')).json())
      see((await fetch(new URL('http://orders/none'))).status)
      see((await fetch(new Request('http://orders/orders/order-8'))).ok)
    })
    expect(seen).toEqual([
      'took order-7',
      [201, { taken: 'order-7' }],
      true,
      { id: 'order-7', q: '1' },
      404,
      true,
    ])
    expect([...world.sites.entries()].map(([base]) => base).slice(0, 4)).toEqual([
      'gateway/request POST orders order-7',
      'orders/serve POST /orders order-7',
      'gateway/request GET orders /orders/order-7',
      'orders/serve GET /orders/order-7 /orders/order-7',
    ])
  })

  it('records request and answer, each caused by what came before', async () => {
    const { records } = await run([], placed, (app, see) => {
      takeOrders(app, see)
    })
    expect(http(records)).toEqual([
      {
        kind: 'http.request',
        process: 'gateway',
        to: 'orders',
        method: 'POST',
        path: '/orders',
        subject: 'order-7',
      },
      { kind: 'http.response', process: 'gateway', from: 'orders', status: 201 },
    ])
    const [request, response] = records.filter(({ kind }) => kind.startsWith('http.'))
    expect(response?.cause).toBe(request?.seq)
  })

  it('hands the subject to the server and gives the caller its own back', async () => {
    const { seen, world } = await run(
      [],
      async (see, { runtime }) => {
        runtime.context.subject = 'order-7/OrderPlaced'
        await order('order-7')
        see(runtime.context.subject)
        await order('order-7', { headers: { 'idempotency-key': 'key-1' } })
        see(runtime.context.subject)
      },
      app => void app.post('/orders', context => context.text('')),
    )
    expect(seen).toEqual(['order-7/OrderPlaced', 'order-7/OrderPlaced'])
    expect([...world.sites.entries()].map(([base]) => base)).toEqual([
      'gateway/request POST orders order-7/OrderPlaced',
      'orders/serve POST /orders order-7/OrderPlaced',
      'gateway/request POST orders key-1',
      'orders/serve POST /orders key-1',
    ])
  })

  it('makes a 500 of what an app throws', async () => {
    const broken: WebApp = {
      fetch() {
        throw new Error('broken')
      },
    }
    const { seen, records } = await run(
      [],
      async see => {
        see((await fetch('http://search/')).status)
        see((await fetch('http://search/')).status)
      },
      undefined,
      (world, network) => {
        world.spawn({ name: 'search', start: async process => network.listen(process, broken) })
        const rejecting = { fetch: () => Promise.reject(new Error('broken')) }
        world.spawn({
          name: 'search-2',
          service: 'search',
          start: async process => network.listen(process, rejecting),
        })
      },
    )
    expect(seen).toEqual([500, 500])
    expect(records.some(({ kind }) => kind === 'process.crash')).toBe(false)
  })

  it('takes the instances of a service in turn, in the order of their names', async () => {
    const { seen } = await run(
      [],
      async see => {
        for (let request = 0; request < 4; request++) see(await (await fetch('http://search/')).text())
      },
      undefined,
      (world, network) => {
        for (const name of ['search-2', 'search']) {
          world.spawn({
            name,
            service: 'search',
            start: async process => network.listen(process, { fetch: () => new Response(name) }),
          })
        }
      },
    )
    expect(seen).toEqual(['search', 'search-2', 'search', 'search-2'])
  })

  it('buffers streams, both ways', async () => {
    const { seen } = await run(
      [],
      async see => {
        const body = new Blob(['a stream']).stream()
        const response = await fetch('http://orders/echo', {
          method: 'POST',
          body,
          duplex: 'half',
        } as RequestInit)
        see(await response.text())
      },
      app => {
        app.post('/echo', async context => {
          const text = await context.req.text()
          const slowly = new ReadableStream({
            start(controller) {
              setTimeout(() => {
                controller.enqueue(new TextEncoder().encode(text.toUpperCase()))
                controller.close()
              }, 100)
            },
          })
          return context.body(slowly)
        })
      },
    )
    expect(seen).toEqual(['A STREAM'])
  })

  it('sends a streamed body only when it is whole', async () => {
    const { seen } = await run(
      [],
      async (see, world) => {
        const body = new ReadableStream({
          start(controller) {
            setTimeout(() => {
              controller.enqueue(new TextEncoder().encode('whole'))
              controller.close()
            }, 1000)
          },
        })
        await fetch('http://orders/echo', { method: 'POST', body, duplex: 'half' } as RequestInit)
        see(world.elapsedMs > 1000)
      },
      (app, see) => {
        app.post('/echo', async context => {
          see(Date.now() % 10_000 > 1000)
          see(await context.req.text())
          return context.body(null, 204)
        })
      },
    )
    expect(seen).toEqual([true, 'whole', true])
  })

  it('fails as undici does when there is nobody', async () => {
    const { seen, records } = await run([], async see => {
      see(await failure(() => fetch('http://search/')))
      see(await failure(() => fetch('http://serach/')))
      see(await failure(() => fetch('/relative')))
      see(await failure(() => fetch('ftp://orders/')))
      const unknown = await fetch('http://nowhere/').catch(error => String(error.cause.message))
      see(unknown)
    })
    expect(seen.slice(0, 2)).toEqual(['TypeError ECONNREFUSED', 'TypeError ENOTFOUND'])
    expect(seen[2]).toMatch(/^TypeError ERR_INVALID_URL|^TypeError Failed to parse/)
    expect(seen[3]).toBe('TypeError fetch failed')
    expect(seen[4]).toBe('getaddrinfo ENOTFOUND nowhere (known here: orders, search, psp)')
    expect(http(records)).toContainEqual({
      kind: 'http.failed',
      process: 'gateway',
      to: 'search',
      error: 'ECONNREFUSED',
    })
  })

  it('refuses to follow redirects, and hands them over when asked to', async () => {
    const { seen } = await run(
      [],
      async see => {
        see(await failure(() => fetch('http://orders/old')))
        see((await fetch('http://orders/old', { redirect: 'manual' })).headers.get('location'))
      },
      app => void app.get('/old', context => context.redirect('/new')),
    )
    expect(seen).toEqual([
      expect.stringContaining('WorkbenchError http://orders/old redirects to /new'),
      '/new',
    ])
  })
})

describe('giving up', () => {
  it('rejects at the deadline while the server goes on', async () => {
    const { seen, records } = await run(
      [],
      async (see, world) => {
        const before = world.elapsedMs
        see(await failure(() => order('order-7', { signal: AbortSignal.timeout(50) })))
        see(world.elapsedMs - before)
      },
      (app, see) => {
        app.post('/orders', async context => {
          await new Promise(resolve => setTimeout(resolve, 500))
          see('done anyway')
          return context.text('late')
        })
      },
    )
    expect(seen).toEqual([expect.stringMatching(/^TimeoutError/), 50, 'done anyway'])
    expect(http(records).at(-1)).toEqual({
      kind: 'http.failed',
      process: 'gateway',
      to: 'orders',
      error: 'TimeoutError',
    })
  })

  it('sends nothing when the signal was aborted before', async () => {
    const { seen, records } = await run([], async see => {
      see(await failure(() => order('order-7', { signal: AbortSignal.abort(new Error('no')) })))
    })
    expect(seen).toEqual(['Error no'])
    expect(http(records)).toEqual([])
  })
})

describe('a crash', () => {
  const at = (site: string, when: string): Fault[] => [{ kind: 'crash', at: site, when }]
  const tryOrder = async (see: See) => see(await failure(() => placed(see)))

  it('of the server before it handles: nothing done, connection reset', async () => {
    const { seen } = await run(at('orders/serve POST /orders order-7#1', 'before'), tryOrder)
    expect(seen).toEqual(['TypeError ECONNRESET'])
  })

  it('of the server after it handled: done, and the reply is lost', async () => {
    const { seen } = await run(at('orders/serve POST /orders order-7#1', 'after'), tryOrder)
    expect(seen).toEqual(['took order-7', 'TypeError ECONNRESET'])
  })

  it('of the server while it handles: connection reset', async () => {
    const { seen } = await run([{ kind: 'crash', service: 'orders', from: 100 }], tryOrder, app => {
      app.post('/orders', () => new Promise(() => {}))
    })
    expect(seen).toEqual(['TypeError ECONNRESET'])
  })

  it('of the server in the middle of a streamed answer: connection reset, no half answer', async () => {
    const { seen } = await run([{ kind: 'crash', service: 'orders', from: 100 }], tryOrder, app => {
      app.post('/orders', context => {
        const slowly = new ReadableStream({
          start: controller => void setTimeout(() => controller.close(), 500),
        })
        return context.body(slowly)
      })
    })
    expect(seen).toEqual(['TypeError ECONNRESET'])
  })

  it('of the caller before it sends: never arrives; after: done, and nobody hears of it', async () => {
    const site = 'gateway/request POST orders order-7#1'
    const before = await run(at(site, 'before'), tryOrder)
    expect(before.seen).toEqual([])
    expect(http(before.records)).toEqual([])
    expect((await run(at(site, 'after'), tryOrder)).seen).toEqual(['took order-7'])
  })
})

describe('faults of a request', () => {
  const site = 'gateway/request POST orders order-7#1'
  const timed = async (see: See, world: World) => {
    const before = world.elapsedMs
    see(await failure(() => placed(see)))
    see(Math.floor((world.elapsedMs - before) / 1000))
  }

  it('ack-lost: done, then a reset after 10 s', async () => {
    const { seen } = await run([{ kind: 'ack-lost', at: site }], timed)
    expect(seen).toEqual(['took order-7', 'TypeError ECONNRESET', 10])
  })

  it('hold: arrives so much later', async () => {
    const { seen } = await run([{ kind: 'hold', at: site, by: 7000 }], timed)
    expect(seen).toEqual(['took order-7', [201, { taken: 'order-7' }], 'no failure', 7])
  })

  it('error: the status comes back and nothing is done', async () => {
    const { seen } = await run([{ kind: 'error', at: site, status: 429, by: 1500 }], async see => {
      const refused = await order('order-7', { headers: { 'idempotency-key': 'order-7' } })
      see([refused.status, refused.headers.get('retry-after')])
      await placed(see)
    })
    expect(seen).toEqual([[429, '2'], 'took order-7', [201, { taken: 'order-7' }]])
  })

  it('duplicate: handled twice, answered once, by the second', async () => {
    let count = 0
    const { seen } = await run(
      [{ kind: 'duplicate', at: site }],
      async see => {
        const response = await order('order-7', { headers: { 'idempotency-key': 'order-7' } })
        see(await response.text())
      },
      (app, see) => {
        app.post('/orders', async context => {
          const { id } = await context.req.json<{ id: string }>()
          see(`took ${id}`)
          count++
          return context.text(`answer ${count}`)
        })
      },
    )
    expect(seen).toEqual(['took order-7', 'took order-7', 'answer 2'])
  })
})

describe('an outside party', () => {
  const pay = async (see: See) => {
    const response = await charge('order-7')
    see([response.status, await response.json()])
  }
  const timed = async (see: See, world: World) => {
    const before = world.elapsedMs
    see(await failure(() => pay(see)))
    see(Math.floor((world.elapsedMs - before) / 1000))
  }

  it('answers, and what it did is in the trace', async () => {
    const { seen, records } = await run([], pay)
    expect(seen).toEqual([[200, { charged: 'order-7' }]])
    expect(http(records)[1]).toEqual({
      kind: 'party.did',
      process: 'psp',
      party: 'psp',
      action: 'charge',
      key: 'order-7',
    })
    const [request, did, response] = records.filter(({ kind }) => /^(http|party)\./.test(kind))
    expect([did?.cause, response?.cause]).toEqual([request?.seq, did?.seq])
  })

  it.each<[string, Partial<Fault>, unknown[], number]>([
    ['down', {}, ['TypeError ECONNREFUSED', 0], 0],
    ['slow', { by: 3000 }, [[200, { charged: 'order-7' }], 'no failure', 3], 1],
    ['failing', {}, [[503, { error: 'refused with 503' }], 'no failure', 0], 0],
    ['failing', { status: 402 }, [[402, { error: 'refused with 402' }], 'no failure', 0], 0],
    ['timeout-after', {}, ['TypeError ECONNRESET', 300], 1],
    ['disconnected', {}, ['TypeError UND_ERR_CONNECT_TIMEOUT', 10], 0],
  ])('%s', async (kind, more, expected, charges) => {
    const { seen, psp } = await run([{ kind, service: 'psp', for: 1000, ...more }], timed)
    expect(seen).toEqual(expected)
    expect(psp.ledger).toHaveLength(charges)
  })

  it('a disconnected service reaches nobody', async () => {
    const { seen } = await run([{ kind: 'disconnected', service: 'gateway', for: 1000 }], timed)
    expect(seen).toEqual(['TypeError UND_ERR_CONNECT_TIMEOUT', 10])
  })

  it('that is cut off while it works cannot answer', async () => {
    const { seen } = await run(
      [{ kind: 'disconnected', service: 'orders', from: 50, for: 1000 }],
      async see => see(await failure(() => order('order-7'))),
      app => {
        app.post('/orders', async context => {
          await new Promise(resolve => setTimeout(resolve, 100))
          return context.text('too late')
        })
      },
    )
    expect(seen).toEqual(['TypeError ECONNRESET'])
  })

  it('whose answer is lost lets its caller give up by its own timeout', async () => {
    const { seen, psp } = await run([{ kind: 'timeout-after', service: 'psp' }], async see => {
      see(await failure(() => charge('order-7', { signal: AbortSignal.timeout(2000) })))
    })
    expect(seen).toEqual([expect.stringMatching(/^TimeoutError/)])
    expect(psp.ledger).toHaveLength(1)
  })
})

describe('the same run', () => {
  it('has the same trace', async () => {
    const once = async () => {
      const { records } = await run([{ kind: 'slow', service: 'psp', by: 100 }], async see => {
        await Promise.all([placed(see), charge('a'), charge('b'), fetch('http://orders/orders/1')])
      })
      return JSON.stringify(records)
    }
    expect(await once()).toBe(await once())
  })
})
