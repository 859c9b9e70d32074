import { Agent, request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPERATIONS } from './api-operations.ts'
import { ANSWER_SCHEMAS } from './api-schemas.ts'
import {
  arbitraryBytes,
  arbitraryRequest,
  type FuzzBytes,
  type FuzzRequest,
} from './fuzz/arbitrary-request.ts'
import { type LiveShop, placeAndConfirm, startLiveShop } from './fuzz/live-shop.ts'
import { type RawAnswer, sendRaw } from './fuzz/raw-http.ts'

/** Another one finds other requests: FUZZ_SEED=7 FUZZ_REQUESTS=100000. */
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 10_000)
/** Of these, bytes that no client library would send; each has a connection of its own. */
const RAW_REQUESTS = REQUESTS / 10
const CONCURRENCY = 32
const LONGEST_ANSWER_MS = 20_000
/** Some ten seconds on a machine that has nothing else to do. */
const LONGEST_RUN_MS = 300_000

let shop: LiveShop
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
beforeAll(async () => {
  shop = await startLiveShop()
})
afterAll(async () => {
  agent.destroy()
  await shop?.stop()
})

test(
  `${REQUESTS} random requests (seed ${SEED}) get a definite answer each, and the shop works on`,
  async () => {
    const instances = Object.keys(shop.urls)
    await judgeAll(arbitraryRequest(instances), REQUESTS - RAW_REQUESTS, judgeRequest)
    await judgeAll(arbitraryBytes(instances), RAW_REQUESTS, judgeBytes)
    expect(shop.errors).toEqual([])
    await placeAndConfirm(shop.gateway)
  },
  LONGEST_RUN_MS,
)

/** Many at a time; the first that fails is tried once more, alone, and made as small as it can be. */
async function judgeAll<T>(
  arbitrary: fc.Arbitrary<T>,
  count: number,
  judge: (value: T) => Promise<void>,
): Promise<void> {
  const values = fc.sample(arbitrary, { seed: SEED, numRuns: count })
  let next = 0
  let failed: { index: number; error: unknown } | undefined
  const work = async () => {
    for (let index = next++; index < count && failed === undefined; index = next++) {
      await judge(values[index]!).catch((error: unknown) => {
        failed ??= { index, error }
      })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  if (failed === undefined) return
  // `path` is fast-check's way to the value with this number in the same sequence.
  await fc.assert(fc.asyncProperty(arbitrary, judge), { seed: SEED, path: String(failed.index) })
  // It does not fail alone.
  throw new Error(`request ${failed.index} of seed ${SEED}: ${JSON.stringify(values[failed.index])}`, {
    cause: failed.error,
  })
}

async function judgeRequest(request: FuzzRequest): Promise<void> {
  const answer = await send(request).catch(() => send(request, true))
  judgeAnswer(request.instance, answer, request.method === 'HEAD')
  if (request.instance !== 'gateway' || answer.status >= 300 || request.method === 'HEAD') return
  const path = new URL(request.target, 'http://localhost').pathname
  const operation = OPERATIONS.find(
    operation =>
      operation.method === request.method.toLowerCase() &&
      new RegExp(`^${operation.path.replace('{id}', '[^/]+')}$`).test(path),
  )
  const documented = operation?.answers.find(({ status }) => status === answer.status)
  if (documented?.schema !== undefined)
    ANSWER_SCHEMAS[documented.schema].parse(JSON.parse(answer.body) as unknown)
}

async function judgeBytes({ instance, pieces }: FuzzBytes): Promise<void> {
  // Half a request is waited for; what counts here is what comes back for the rest of it.
  const { answers } = await sendRaw(shop.urls[instance]!, pieces, { answers: 1, timeoutMs: 50 })
  const isHead = /^\s*HEAD /.test(pieces.join(''))
  for (const answer of answers) if (answer.status !== 100) judgeAnswer(instance, answer, isHead)
}

function judgeAnswer(instance: string, { status, headers, body }: RawAnswer, isHead: boolean): void {
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
  expect(body).not.toMatch(/node_modules|\.[cm]?[jt]s:\d+/)
  if (status < 400 || isHead) return
  // The outside parties have their own way to say no.
  const types = instance === 'psp' || instance === 'mail' ? ['application/json'] : []
  expect([...types, 'application/problem+json']).toContain(headers['content-type'])
  expect(JSON.parse(body)).toEqual(expect.any(Object))
}

/** @param isAlone on a connection of its own: one that the server closes may be in use again at that very moment */
function send(request: FuzzRequest, isAlone = false): Promise<RawAnswer> {
  const { instance, method, target, headers, body, isChunked } = request
  const { hostname, port } = new URL(shop.urls[instance]!)
  const given = headers.map(([name, value]) => [name, value])
  const framing = body === undefined || isChunked ? [] : [['Content-Length', String(body.length)]]
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method,
        path: target,
        agent: isAlone ? false : agent,
        timeout: LONGEST_ANSWER_MS,
        headers: Object.fromEntries([...given, ...framing]) as Record<string, string>,
      },
      response => {
        const chunks: Buffer[] = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')))
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : Buffer.from(body, 'latin1'))
  })
}
