/**
 * Requests and responses whose bodies are read at once. A browser reads even a text of a few bytes in tasks of its own, by the
 * clock of the machine; in a run nothing may wait for that, so `Request` and `Response` are replaced in the worker by classes
 * that keep what they were given.
 */

type Bytes = Uint8Array<ArrayBuffer>

/** Bodies that have been asked for as streams, so that `new Response(other.body)` finds what is in them. */
const streams = new WeakMap<ReadableStream, Bytes>()
const EMPTY: Bytes = new Uint8Array(0)

/** Undefined for what has to be read: a stream, a form, a blob. */
function bytesOf(body: unknown): Bytes | undefined {
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof URLSearchParams) return new TextEncoder().encode(body.toString())
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0))
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength).slice()
  }
  return body instanceof ReadableStream ? streams.get(body) : undefined
}

/** What both kinds of message do with a body that is kept. */
class KeptBody {
  /** Undefined for a body that has to be read as a browser reads it. */
  readonly bytes: Bytes | undefined
  readonly #isNull: boolean
  #isUsed = false

  /** @param isNull there is no body at all, which can be read again and again */
  constructor(bytes: Bytes | undefined, isNull: boolean) {
    this.bytes = isNull ? EMPTY : bytes
    this.#isNull = isNull
  }

  get isUsed(): boolean {
    return this.#isUsed
  }

  /** @throws TypeError as a browser does, when the body was read before */
  take(): Bytes {
    if (this.#isUsed) throw new TypeError('body stream already read')
    this.#isUsed = !this.#isNull
    return this.bytes!
  }
}

export class MemoryResponse extends Response {
  readonly #kept: KeptBody

  constructor(body?: BodyInit | null, init?: ResponseInit) {
    const bytes = bytesOf(body)
    super(bytes !== undefined && body instanceof ReadableStream ? bytes : body, init)
    this.#kept = new KeptBody(bytes, body == null)
  }

  static override json(data: unknown, init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new MemoryResponse(JSON.stringify(data), { ...init, headers })
  }

  override get bodyUsed(): boolean {
    return this.#kept.isUsed || super.bodyUsed
  }

  override get body() {
    return remembered(super.body, this.#kept)
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#kept.bytes === undefined ? super.arrayBuffer() : this.#kept.take().slice().buffer
  }

  override async text(): Promise<string> {
    return this.#kept.bytes === undefined ? super.text() : new TextDecoder().decode(this.#kept.take())
  }

  override async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  override clone(): Response {
    if (this.bodyUsed) throw new TypeError('Response body is already used')
    const { bytes } = this.#kept
    if (bytes === undefined) return super.clone()
    const { status, statusText, headers } = this
    return new MemoryResponse(super.body === null ? null : bytes, { status, statusText, headers })
  }
}

export class MemoryRequest extends Request {
  readonly #kept: KeptBody

  constructor(input: RequestInfo | URL, init?: RequestInit) {
    const given = init?.body
    const inherited = given == null && input instanceof MemoryRequest ? input.#kept.bytes : undefined
    const bytes = given == null ? inherited : bytesOf(given)
    super(input, bytes !== undefined && given instanceof ReadableStream ? { ...init, body: bytes } : init)
    this.#kept = new KeptBody(bytes, super.body === null)
  }

  override get bodyUsed(): boolean {
    return this.#kept.isUsed || super.bodyUsed
  }

  override get body() {
    return remembered(super.body, this.#kept)
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#kept.bytes === undefined ? super.arrayBuffer() : this.#kept.take().slice().buffer
  }

  override async text(): Promise<string> {
    return this.#kept.bytes === undefined ? super.text() : new TextDecoder().decode(this.#kept.take())
  }

  override async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  override clone(): Request {
    if (this.bodyUsed) throw new TypeError('Request body is already used')
    const { bytes } = this.#kept
    if (bytes === undefined) return super.clone()
    const { method, headers, redirect, signal } = this
    const body = super.body === null ? null : bytes
    return new MemoryRequest(this.url, { method, headers, redirect, signal, body })
  }
}

function remembered<S extends ReadableStream | null>(stream: S, { bytes }: KeptBody): S {
  if (stream !== null && bytes !== undefined) streams.set(stream, bytes)
  return stream
}

/** From here on every request and response of this thread is of these classes. */
export function keepBodiesInMemory(): void {
  Object.assign(globalThis, { Request: MemoryRequest, Response: MemoryResponse })
}
