import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { findFreePort, isFree, refuseBusyPort } from './ports.ts'

let server: Server
afterEach(() => server.close())

/** On a port of the system's choice. */
async function listen(): Promise<number> {
  server = createServer()
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1' }, () => resolve()))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  return address.port
}

test('a port that is taken is passed over', async () => {
  const port = await listen()
  expect(await isFree(port)).toBe(false)
  const free = await findFreePort(port)
  expect(free).toBeGreaterThan(port)
  expect(await isFree(free)).toBe(true)
})

test('a broker’s port that is taken is refused, with one to take instead', async () => {
  const port = await listen()
  await expect(refuseBusyPort(port)).rejects.toMatchObject({
    code: 'port-taken',
    message: `Port ${port} is taken by another program.`,
    next: expect.stringMatching(/npm run broker -- --port \d+\.$/),
  })
})
