/**
 * Failures that nobody caught. On a platform they would end the process of the service they come from, and it would be
 * started anew; here that happens to the service, and the others go on.
 */
import { currentContext } from './service-context.ts'

/**
 * Tells the context from whose code an uncaught error or an unhandled rejection comes; what comes from a context that has
 * ended is nobody's business any more.
 * @param onStray told of what comes from no service
 * @returns how to stop listening
 */
export function listenForFailures(onStray: (error: unknown) => void): () => void {
  function listen(error: unknown): void {
    const context = currentContext()
    if (context === undefined) onStray(error)
    else if (!context.isOver) context.onFailure(error)
  }
  // Node calls both within the asynchronous context of what has failed.
  process.on('uncaughtException', listen)
  process.on('unhandledRejection', listen)
  return () => {
    process.off('uncaughtException', listen)
    process.off('unhandledRejection', listen)
  }
}
