import { describe, expect, test } from 'vitest'
import { MemoryRequest, MemoryResponse } from './memory-bodies.ts'

const BODIES: readonly [string, BodyInit | null][] = [
  ['a text', 'größer'],
  ['a text with a byte order mark', '\uFEFFa'],
  ['bytes', new Uint8Array([0, 1, 255])],
  ['a view into bytes', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
  ['parameters', new URLSearchParams({ a: '1 2' })],
  ['an empty text', ''],
  ['nothing', null],
]

/** Everything that can be seen of a message while it is read twice, and cloned before and after. */
async function seen(message: Request | Response) {
  const copy = message.clone()
  const first = await message.text()
  const { bodyUsed } = message
  const second = await message.text().catch((error: unknown) => (error as Error).name)
  const bytes = [...new Uint8Array(await copy.arrayBuffer())]
  const cloned = attempt(() => message.clone())
  return { first, bodyUsed, second, bytes, cloned, type: message.headers.get('content-type') }
}

function attempt(make: () => unknown): string {
  try {
    make()
    return 'made'
  } catch (error) {
    return (error as Error).name
  }
}

describe.each(BODIES)('with %s', (_, body) => {
  test('a response is read as the platform’s own', async () => {
    expect(await seen(new MemoryResponse(body))).toEqual(await seen(new Response(body)))
  })

  test('a request is read as the platform’s own', async () => {
    const init = { method: 'POST', body }
    expect(await seen(new MemoryRequest('http://a/b', init))).toEqual(
      await seen(new Request('http://a/b', init)),
    )
  })

  test('what is made of another’s body holds the same', async () => {
    const first = new MemoryResponse(body, { status: 201 })
    const second = new MemoryResponse(first.body, first)
    expect(second.status).toBe(201)
    expect(await second.text()).toBe(await new Response(body).text())
  })
})

test('reading takes no more than microtasks, which is what it is for', async () => {
  let text: string | undefined
  void new MemoryResponse('a').text().then(found => {
    text = found
  })
  for (let hop = 0; hop < 10; hop++) await null
  expect(text).toBe('a')
})

test('Response.json is of the same class and type', async () => {
  const response = MemoryResponse.json({ a: 1 }, { status: 202 })
  expect(response).toBeInstanceOf(MemoryResponse)
  expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
    202,
    'application/json',
    { a: 1 },
  ])
})
