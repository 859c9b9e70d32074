/**
 * Catches what nobody caught while a run is on, so that it can be laid at the door of the process whose step it was.
 */

let handler: ((error: unknown) => void) | undefined
/** How many batches of runs keep the listeners in place. */
let holds = 0
let stopListening: (() => void) | undefined

/**
 * @param onFailure gets the rejected reason or thrown error of every unhandled failure
 * @returns how to stop listening and give other listeners (a test runner's, say) their place back
 */
export function catchFailures(onFailure: (error: unknown) => void): () => void {
  handler = onFailure
  stopListening ??= listen()
  return stopCatching
}

/** Keeps listening from run to run. @returns how to let go, to be called once */
export function holdFailures(): () => void {
  holds++
  stopListening ??= listen()
  return () => {
    holds--
    if (handler === undefined) makeWay()
  }
}

function stopCatching(): void {
  handler = undefined
  makeWay()
}

function makeWay(): void {
  if (holds > 0) return
  stopListening?.()
  stopListening = undefined
}

function onFailure(error: unknown): void {
  if (handler !== undefined) {
    handler(error)
    return
  }
  // Between two runs of a batch a failure is no process's: it goes where it would have gone without us.
  stopListening?.()
  stopListening = undefined
  queueMicrotask(() => {
    throw error
  })
}

/** @returns how to give the listeners of before their place back */
function listen(): () => void {
  const node = globalThis.process
  return node?.on === undefined ? listenInBrowser() : listenInNode(node as unknown as NodeJS.EventEmitter)
}

type NodeListener = (...args: unknown[]) => void

function listenInNode(node: NodeJS.EventEmitter): () => void {
  const events = ['unhandledRejection', 'uncaughtException', 'rejectionHandled', 'multipleResolves'] as const
  const before = events.map(event => node.listeners(event) as NodeListener[])
  for (const event of events) node.removeAllListeners(event)
  node.on('unhandledRejection', onFailure)
  node.on('uncaughtException', onFailure)
  return () => {
    events.forEach((event, index) => {
      node.removeAllListeners(event)
      for (const listener of before[index]!) node.on(event, listener)
    })
  }
}

function listenInBrowser(): () => void {
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault()
    onFailure(event.reason)
  }
  const onError = (event: ErrorEvent) => {
    event.preventDefault()
    onFailure(event.error)
  }
  globalThis.addEventListener('unhandledrejection', onRejection)
  globalThis.addEventListener('error', onError)
  return () => {
    globalThis.removeEventListener('unhandledrejection', onRejection)
    globalThis.removeEventListener('error', onError)
  }
}
