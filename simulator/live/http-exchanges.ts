/**
 * Which requests are under way on which connection, so that a server can end without cutting one off.
 */
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Exchanges {
  readonly isClosing: boolean
  /** What a connection still owes, in the order of the requests; a client may send the next before it has an answer. */
  of(socket: Socket): readonly ServerResponse[]
  /** Takes no new connections, closes those on which nothing is under way, and the others when it has ended. */
  close(): Promise<void>
}

/** Whoever waits longer for its answer, or for somebody to read it, is cut off. */
const LONGEST_CLOSE_MS = 5_000

export function watchExchanges(server: Server): Exchanges {
  const owed = new Map<Socket, Set<ServerResponse>>()
  let isClosing = false
  server.on('connection', (socket: Socket) => {
    owed.set(socket, new Set())
    socket.once('close', () => owed.delete(socket))
  })
  server.on('request', (_request, response) => {
    const { socket } = response
    if (socket === null) return
    owed.get(socket)?.add(response)
    response.once('close', () => {
      owed.get(socket)?.delete(response)
      if (isClosing && owed.get(socket)?.size === 0) socket.end(() => socket.destroy())
    })
  })
  return {
    get isClosing() {
      return isClosing
    },
    of: socket => [...(owed.get(socket) ?? [])],
    close() {
      isClosing = true
      return new Promise(resolve => {
        const timer = setTimeout(() => server.closeAllConnections(), LONGEST_CLOSE_MS)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        for (const [socket, responses] of owed) if (responses.size === 0) socket.destroy()
      })
    },
  }
}
