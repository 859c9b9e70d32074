/**
 * Answers to what never becomes a request: bytes that are no HTTP, headers beyond all limits, clients that do not go on.
 */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Exchanges } from './http-exchanges.ts'
import { declaresMoreThan } from './http-request-body.ts'
import type { Log } from './logs.ts'

/** By the codes of Node and of its parser; everything else is a 400. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
}
/** Nobody is there to be answered. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])
/** How long a client may go on sending after its answer, so that the end of the connection does not overtake it. */
const LINGER_MS = 500

export function answerWithoutRequest(
  server: Server,
  exchanges: Exchanges,
  maxBodyBytes: number,
  log: Log,
): void {
  const refused = new WeakSet<Socket>()

  server.on('clientError', async (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket
    // The parser complains of every further byte as well.
    if (refused.has(socket)) return
    refused.add(socket)
    const { code = '' } = error
    if (GONE.has(code) || !socket.writable) return void socket.destroy()
    const status = STATUS_BY_CODE[code] ?? 400
    // Answers come in the order of the requests: those that came whole have theirs first.
    const owed = exchanges.of(socket)
    await Promise.all(owed.filter(({ req }) => req.complete).map(untilClosed))
    const isAnswered = owed.some(({ req, headersSent }) => !req.complete && headersSent)
    if (isAnswered || !socket.writable) return void socket.destroy()
    log.info({ status, reason: code }, 'no request')
    refuse(socket, status)
  })

  // Without this Node would hang up without a word.
  server.on('connect', (_request, socket: Socket) => refuse(socket, 405, 'Allow: \r\n'))

  server.on('checkContinue', (request, response) => {
    // Who asks before it sends a body that is too large need not send it.
    if (!declaresMoreThan(request, maxBodyBytes)) response.writeContinue()
    server.emit('request', request, response)
  })
  server.on('checkExpectation', (_request, response) => {
    const body = problemText(417)
    response.writeHead(417, { 'content-type': 'application/problem+json', connection: 'close' }).end(body)
  })
}

function refuse(socket: Socket, status: number, header = ''): void {
  const body = problemText(status)
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${header}Connection: close\r\n` +
      `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function problemText(status: number): string {
  return JSON.stringify({ type: 'about:blank', status, title: STATUS_CODES[status] })
}

function untilClosed(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    if (response.closed) resolve()
    else response.once('close', resolve)
  })
}
