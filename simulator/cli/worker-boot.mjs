// The first file of a worker thread: Node inherits the conditions, but TypeScript has to be registered again.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
