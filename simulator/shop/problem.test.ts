import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { answerProblems, readBody } from './problem.ts'

const app = new Hono()
answerProblems(app)
app.get('/things/:id', c => c.json({ id: c.req.param('id') }))
app.delete('/things/:id', c => c.json({ id: c.req.param('id') }))
app.post('/things', async c => c.json(await readBody(c, z.object({ numbers: z.array(z.number()) }))))

const post = (body: string, headers: Record<string, string>) =>
  app.request('/things', { method: 'POST', body: new TextEncoder().encode(body), headers })

test('a known address says which methods it takes, an unknown one is 404', async () => {
  const put = await app.request('/things/1', { method: 'PUT' })
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'DELETE, GET, HEAD'])
  expect(await put.json()).toEqual({ type: 'about:blank', status: 405, title: 'Method not allowed' })
  const options = await app.request('/things', { method: 'OPTIONS' })
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST'])
  for (const path of ['/', '/thing', '/things/', '/things/1/2'])
    expect((await app.request(path, { method: 'PUT' })).status).toBe(404)
})

test.each([
  [undefined, 200],
  ['application/json', 200],
  ['Application/JSON ; charset="utf-8"', 200],
  ['application/json; charset=utf-16', 415],
  ['application/jsonp', 415],
  ['text/plain', 415],
  ['multipart/form-data; boundary=x', 415],
])('the content type %s is answered %d', async (type, status) => {
  expect((await post('{"numbers":[1]}', type === undefined ? {} : { 'content-type': type })).status).toBe(
    status,
  )
})

test('an answer to many mistakes names some of them and counts the others', async () => {
  const response = await post(JSON.stringify({ numbers: Array(1_000).fill('x') }), {})
  const answer = (await response.json()) as { detail: string; errors: { path: string }[] }
  expect(response.status).toBe(400)
  expect(answer.errors).toHaveLength(20)
  expect(answer.errors[19]?.path).toBe('numbers.19')
  expect(answer.detail).toBe('there are 980 more errors')
})
