/**
 * HTTP by hand over a socket: whatever bytes a client may send, in whatever pieces, and what comes back.
 */
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case; of a repeated one the last. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawExchange {
  /** In order; a half answer is not among them. Interim ones (100 Continue) are. */
  readonly answers: readonly RawAnswer[]
  /** Closed by the server, reset by it, or left open until nobody waited any more. */
  readonly end: 'closed' | 'reset' | 'open'
  readonly tookMs: number
}

export interface RawOptions {
  /** Between two pieces. Default 0. */
  readonly pauseMs?: number
  /** How many answers are enough; default: until the server closes. */
  readonly answers?: number
  /** Ends the connection after the last piece, in the middle of whatever it was. */
  readonly abort?: boolean
  readonly timeoutMs?: number
}

/** @param pieces are written one after another; text as Latin-1, one byte a character */
export function sendRaw(
  url: string,
  pieces: readonly (string | Uint8Array)[],
  {
    pauseMs = 0,
    answers: enough = Number.POSITIVE_INFINITY,
    abort = false,
    timeoutMs = 8_000,
  }: RawOptions = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(url)
  const startedAt = performance.now()
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const timer = setTimeout(() => finish('open'), timeoutMs)
    function finish(end: RawExchange['end']) {
      clearTimeout(timer)
      socket.destroy()
      resolve({ answers: parseAnswers(Buffer.concat(chunks)), end, tookMs: performance.now() - startedAt })
    }
    socket.on('data', chunk => {
      chunks.push(chunk)
      if (enough < Number.POSITIVE_INFINITY && parseAnswers(Buffer.concat(chunks)).length >= enough)
        finish('open')
    })
    socket.on('end', () => finish('closed'))
    socket.on('error', () => finish('reset'))
    socket.on('connect', async () => {
      for (const piece of pieces) {
        if (socket.destroyed || !socket.writable) return
        socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
        if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
      }
      if (abort) setTimeout(() => finish('open'), 20)
    })
  })
}

function parseAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = bytes
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd === -1) return answers
    const [statusLine = '', ...lines] = rest.toString('latin1', 0, headEnd).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN)
    const headers = Object.fromEntries(
      lines.map(line => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const bodyStart = headEnd + 4
    const isChunked = headers['transfer-encoding'] === 'chunked'
    const body = isChunked ? readChunks(rest, bodyStart) : readLength(rest, bodyStart, headers)
    if (body === undefined) return answers
    answers.push({ status, headers, body: body.text })
    rest = rest.subarray(body.end)
  }
}

function readLength(bytes: Buffer, start: number, headers: Record<string, string>) {
  const end = start + Number(headers['content-length'] ?? 0)
  return end > bytes.length ? undefined : { text: bytes.toString('utf8', start, end), end }
}

function readChunks(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const length = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + length
    if (end + 2 > bytes.length) return undefined
    parts.push(bytes.subarray(lineEnd + 2, end))
    at = end + 2
    if (length === 0) return { text: Buffer.concat(parts).toString(), end: at }
  }
}
