import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { real } from '#simulator/world/globals.ts'
import type { Address } from './addresses.ts'
import { currentContext, ServiceContext } from './service-context.ts'
import { fetchByName, MISDIRECTED, SERVICE_HEADER } from './service-fetch.ts'
import { withinTrace } from './trace-scope.ts'

const servers: Server[] = []
let instances: Address[]

beforeEach(() => {
  instances = []
  fetchByName({ all: () => instances, announce() {}, withdraw() {} }, ['orders', 'search'])
})
afterEach(() => {
  globalThis.fetch = real.fetch
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** An instance that answers its name, unless told otherwise. */
async function start(name: string, service: string, listener?: RequestListener): Promise<Server> {
  const server = createServer(listener ?? ((_, response) => void response.end(name)))
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  instances.push({ name, service, pid: process.pid, url: `http://127.0.0.1:${port}` })
  return server
}

/** Answers what it was asked, as JSON. */
const echo: RequestListener = async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method, url, headers } = request
  response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
}

/** What `fetch` wants to be told of a body that is a stream; the types do not know it. */
const STREAMED = { duplex: 'half' }

const text = async (...request: Parameters<typeof fetch>) => (await fetch(...request)).text()
const json = async (...request: Parameters<typeof fetch>) => (await fetch(...request)).json()

describe('a request to a service', () => {
  test('goes to its instances in turn, and each service counts for itself', async () => {
    await start('orders', 'orders')
    await start('orders-2', 'orders')
    await start('search', 'search')
    const answers: string[] = []
    for (let round = 0; round < 4; round++) {
      answers.push(await text('http://orders/'))
      await text('http://search/')
    }
    expect(answers).toEqual(['orders', 'orders-2', 'orders', 'orders-2'])
  })

  test('carries method, path, query, headers and body, and says for whom it is', async () => {
    await start('orders', 'orders', echo)
    const init = { method: 'POST', headers: { 'idempotency-key': 'k' }, body: 'ä' }
    const seen = await json('http://orders/orders/7?a=1&b=%20', init)
    expect(seen).toMatchObject({ method: 'POST', url: '/orders/7?a=1&b=%20', body: 'ä' })
    expect(seen.headers).toMatchObject({ 'idempotency-key': 'k', [SERVICE_HEADER]: 'orders' })
  })

  test('may be a Request, a URL or a text, and its body a stream', async () => {
    await start('orders', 'orders', echo)
    const body = new Blob(['streamed']).stream()
    const request = new Request('http://orders/x', { method: 'PUT', body, ...STREAMED })
    expect(await json(request)).toMatchObject({ method: 'PUT', body: 'streamed' })
    expect(await json(new Request('http://orders/x'), { method: 'DELETE' })).toMatchObject({
      method: 'DELETE',
    })
    expect(await json(new URL('http://orders/y'))).toMatchObject({ method: 'GET', url: '/y', body: '' })
  })

  test('never leaves for another host, whatever its path looks like', async () => {
    await start('orders', 'orders', echo)
    expect(await json('http://orders//192.0.2.1/x')).toMatchObject({ url: '//192.0.2.1/x' })
  })

  test('belongs to the trace of the code that makes it, unless it says another', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const own = '00-11111111111111111111111111111111-2222222222222222-01'
    await start('orders', 'orders', echo)
    const seen = await withinTrace(traceId, () => json('http://orders/'))
    expect(seen.headers.traceparent).toMatch(`00-${traceId}-`)
    const said = await withinTrace(traceId, () => json('http://orders/', { headers: { traceparent: own } }))
    expect(said.headers.traceparent).toBe(own)
    expect((await json('http://orders/')).headers).not.toHaveProperty('traceparent')
  })
})

describe('an instance', () => {
  test('that is gone is passed over, and its request is made whole at the next', async () => {
    const gone = await start('orders', 'orders')
    await start('orders-2', 'orders', echo)
    gone.close()
    for (const _ of [1, 2]) {
      const body = new Blob(['twice']).stream()
      const request = new Request('http://orders/', { method: 'POST', body, ...STREAMED })
      expect((await json(request)).body).toBe('twice')
    }
  })

  test('of another service that has inherited the port is passed over', async () => {
    await start('search', 'orders', (_, response) => void response.writeHead(MISDIRECTED).end('not me'))
    await start('orders-2', 'orders')
    expect(await text('http://orders/')).toBe('orders-2')
    expect(await text('http://orders/')).toBe('orders-2')
  })

  test('that breaks off is not replaced by another: whether it has done what was asked is not known', async () => {
    let asked = 0
    await start('orders', 'orders', (_, response) => {
      asked++
      response.destroy()
    })
    await start('orders-2', 'orders', () => asked++)
    await expect(fetch('http://orders/', { method: 'POST' })).rejects.toThrow('fetch failed')
    expect(asked).toBe(1)
  })

  test('that is missing fails the request as a refused connection does', async () => {
    const nobody: TypeError = await fetch('http://orders/').catch(error => error)
    expect(nobody).toBeInstanceOf(TypeError)
    expect(nobody).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } })
    const gone = await start('orders', 'orders')
    const { url } = instances[0]!
    await new Promise(resolve => gone.close(resolve))
    const refused: TypeError = await real.fetch(url).catch(error => error)
    expect(refused).toMatchObject({ message: nobody.message, cause: { code: 'ECONNREFUSED' } })
    await expect(fetch('http://orders/')).rejects.toMatchObject({ message: 'fetch failed' })
  })
})

describe('a signal', () => {
  test('ends a request that nobody answers, with its own reason', async () => {
    await start('orders', 'orders', () => {})
    await expect(fetch('http://orders/', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    const reason = new Error('changed my mind')
    await expect(fetch('http://orders/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a request to anybody else', () => {
  test('goes where it always did', async () => {
    await start('orders', 'orders', echo)
    const { url } = instances[0]!
    expect(await json(`${url}/orders`)).toMatchObject({ url: '/orders' })
    expect((await json(url)).headers).not.toHaveProperty(SERVICE_HEADER)
    await expect(fetch('relative')).rejects.toThrow('Failed to parse URL')
    expect(await text('data:,hello')).toBe('hello')
  })

  test('with a service’s name but a port or a scheme of its own is nobody’s business here', async () => {
    await start('orders', 'orders')
    for (const url of ['http://orders:1/', 'https://orders/'])
      await expect(fetch(url, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow()
  })
})

describe('a service that has ended', () => {
  test('hears of no answer and of no failure, and asks nothing more', async () => {
    let asked = 0
    let answer = () => {}
    await start('orders', 'orders', (_, response) => {
      asked++
      answer = () => response.end('late')
    })
    const context = new ServiceContext('gateway')
    const heard: unknown[] = []
    const ask = (url: string) =>
      void fetch(url).then(
        () => heard.push(url),
        () => heard.push(url),
      )
    context.run(() => {
      ask('http://orders/')
      ask('http://search/')
      context.end()
      ask('http://orders/')
      ask(instances[0]!.url)
    })
    await expect.poll(() => asked).toBe(1)
    answer()
    // Long enough for an answer: this one is asked after it, of the same server.
    const pending = fetch('http://orders/')
    await expect.poll(() => asked).toBe(2)
    answer()
    await pending
    expect(heard).toEqual([])
    expect(asked).toBe(2)
  })

  test('takes nothing with it that the HTTP client keeps going for all', async () => {
    await start('orders', 'orders')
    const within: unknown[] = []
    const { fetch: clientsFetch } = real
    real.fetch = async () => {
      within.push(currentContext())
      return new Response()
    }
    try {
      await new ServiceContext('gateway').run(() =>
        Promise.all([text('http://orders/'), text('http://else/')]),
      )
    } finally {
      real.fetch = clientsFetch
    }
    expect(within).toEqual([undefined, undefined])
  })
})
