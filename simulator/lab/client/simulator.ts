/**
 * The page's side of the worker that simulates. Calls are answered in order; a worker that no longer yields is replaced.
 */
import type { Asked, CallName, Calls, Forget, Refusal, Told, Welcome } from '../worker/protocol.ts'

export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.sentence)
    this.refusal = refusal
  }
}

export interface CallOptions<N extends CallName> {
  readonly onProgress?: (progress: Calls[N]['progress']) => void
  /** Forgets the call: the promise is rejected with the signal's reason. What the worker has begun it finishes. */
  readonly signal?: AbortSignal
}

export interface Simulator {
  /** @throws Refused for what cannot be run, and `endless-loop` for code that never yields */
  call<N extends CallName>(
    name: N,
    request: Calls[N]['request'],
    options?: CallOptions<N>,
  ): Promise<Calls[N]['answer']>
  close(): void
}

interface Pending {
  readonly message: Asked
  readonly onProgress: ((progress: never) => void) | undefined
  resolve(answer: unknown): void
  reject(error: unknown): void
}

/** A worker that says nothing for so long is in a loop; an ordinary step takes less than a millisecond. */
const SILENCE_MS = 4000
const LOOKING_EVERY_MS = 500

export function createSimulator(): Simulator {
  const pending = new Map<number, Pending>()
  let nextId = 1
  let worker = start()
  let heardAt = performance.now()
  let isReady = false
  let isClosed = false

  function start(): Worker {
    const created = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' })
    created.onmessage = ({ data }: MessageEvent<Told>) => hear(data)
    created.onerror = () => failAll(LOADING_FAILED)
    created.postMessage({ base: new URL('./', location.href).href } satisfies Welcome)
    return created
  }

  function hear(told: Told): void {
    heardAt = performance.now()
    if (told.type === 'ready') isReady = true
    if (told.type === 'ready' || told.type === 'alive') return
    const call = pending.get(told.id)
    if (call === undefined) return
    if (told.type === 'progress') {
      call.onProgress?.(told.progress as never)
      return
    }
    pending.delete(told.id)
    if (told.type === 'answer') call.resolve(told.answer)
    else call.reject(new Refused(told.refusal))
  }

  function failAll(refusal: Refusal): void {
    const calls = [...pending.values()]
    pending.clear()
    for (const { reject } of calls) reject(new Refused(refusal))
  }

  /** Only the first call is being worked on; the others are asked again of the worker that takes its place. */
  function replace(): void {
    worker.terminate()
    const [first, ...others] = [...pending.values()]
    if (first !== undefined) {
      pending.delete(first.message.id)
      first.reject(new Refused(ENDLESS_LOOP))
    }
    isReady = false
    heardAt = performance.now()
    worker = start()
    for (const { message } of others) worker.postMessage(message)
  }

  const watch = setInterval(() => {
    // A hidden page's timers rest, and so does its patience.
    if (pending.size === 0 || !isReady || document.hidden) heardAt = performance.now()
    else if (performance.now() - heardAt > SILENCE_MS) replace()
  }, LOOKING_EVERY_MS)

  return {
    call(name, request, { onProgress, signal } = {}) {
      return new Promise((resolve, reject) => {
        if (isClosed) return reject(new Error('The simulator is closed.'))
        if (signal?.aborted === true) return reject(signal.reason)
        const message: Asked = { id: nextId++, name, request }
        pending.set(message.id, {
          message,
          onProgress: onProgress as ((progress: never) => void) | undefined,
          resolve: resolve as (answer: unknown) => void,
          reject,
        })
        signal?.addEventListener('abort', () => {
          reject(signal.reason)
          if (pending.delete(message.id)) worker.postMessage({ forget: message.id } satisfies Forget)
        })
        worker.postMessage(message)
      })
    },
    close() {
      isClosed = true
      clearInterval(watch)
      worker.terminate()
    },
  }
}

const ENDLESS_LOOP: Refusal = {
  code: 'endless-loop',
  sentence: `The code that runs never yields: a single step took more than ${SILENCE_MS / 1000} s, so it was ended.`,
  next: 'Look for a loop without an exit.',
}

const LOADING_FAILED: Refusal = {
  code: 'no-worker',
  sentence: 'The simulator could not be loaded.',
  next: 'Reload the page; it has to come from a web server, not from a file.',
}
