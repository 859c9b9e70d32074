/**
 * Which ports of the loopback interface are free.
 */
import { createServer } from 'node:net'
import { WorkbenchError } from '#simulator/world/errors.ts'

const LAST_PORT = 65_535

export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}

/** @throws WorkbenchError `port-taken` */
export async function refuseBusyPort(port: number): Promise<void> {
  if (await isFree(port)) return
  throw new WorkbenchError(
    'port-taken',
    `Port ${port} is taken by another program.`,
    `End that program, or take another port: npm run broker -- --port ${await findFreePort(port + 1)}.`,
  )
}

/**
 * The first free port from this one on. A port that the system hands out by itself would not do for a broker that is to come
 * back on it: while it is down, any outgoing connection may be given the same one.
 * @throws WorkbenchError `no-free-port`
 */
export async function findFreePort(from: number): Promise<number> {
  for (let port = from; port <= LAST_PORT; port++) if (await isFree(port)) return port
  throw new WorkbenchError('no-free-port', `No port from ${from} on is free.`, 'Give --port a lower number.')
}
