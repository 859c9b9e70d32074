/**
 * The body of a request, read whole before a service sees the request: what it is given is complete, and not too much.
 */
import type { IncomingMessage } from 'node:http'
import { problem } from '#simulator/shop/problem-details.ts'

/** Returns the body, or the answer to a client that sends too much, or that went away in the middle. */
export async function readRequestBody(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | Response> {
  // A GET has none that means anything (RFC 9110, 9.3.1); Node passes over what comes.
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return new Uint8Array()
  if (declaresMoreThan(incoming, maxBytes)) return tooLarge(maxBytes)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    // The connection stays when reading ends early: the client has to hear why.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) return tooLarge(maxBytes)
      chunks.push(chunk)
    }
  } catch {
    return problem({ status: 400, title: 'The request is not complete' })
  }
  return new Uint8Array(Buffer.concat(chunks, bytes))
}

export function declaresMoreThan({ headers }: IncomingMessage, maxBytes: number): boolean {
  return Number(headers['content-length'] ?? 0) > maxBytes
}

function tooLarge(maxBytes: number): Response {
  return problem({ status: 413, title: 'Content too large', detail: `a body has at most ${maxBytes} bytes` })
}
