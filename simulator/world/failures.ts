/**
 * Catches what nobody caught while a run is on, so that it can be laid at the door of the process whose step it was.
 */

/**
 * @param onFailure gets the rejected reason or thrown error of every unhandled failure
 * @returns how to stop listening and give other listeners (a test runner's, say) their place back
 */
export function catchFailures(onFailure: (error: unknown) => void): () => void {
  const node = globalThis.process
  if (node?.on !== undefined) return catchInNode(node, onFailure)
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

type NodeListener = (...args: unknown[]) => void

function catchInNode(node: NodeJS.Process, onFailure: (error: unknown) => void): () => void {
  const events = ['unhandledRejection', 'uncaughtException', 'rejectionHandled', 'multipleResolves'] as const
  const emitter = node as unknown as NodeJS.EventEmitter
  const before = events.map(event => emitter.listeners(event) as NodeListener[])
  for (const event of events) emitter.removeAllListeners(event)
  emitter.on('unhandledRejection', onFailure)
  emitter.on('uncaughtException', onFailure)
  return () => {
    events.forEach((event, index) => {
      emitter.removeAllListeners(event)
      for (const listener of before[index]!) emitter.on(event, listener)
    })
  }
}
