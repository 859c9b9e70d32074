/**
 * What operators and their machines ask of an instance: is it alive, is it ready, and how is it doing.
 */
import { Hono } from 'hono'
import { problem } from '#simulator/shop/problem-details.ts'
import type { Metrics } from './metrics.ts'

export interface OperationsOptions {
  readonly service: string
  readonly metrics: Metrics
  /** True once the service is up and its consumers have joined their groups. */
  isReady(): boolean
}

/** The answer to every method that does not only read. */
export const readOnly = (): Response =>
  problem({ status: 405, title: 'Method not allowed', allow: ['GET', 'HEAD'] })

/** `GET /health`: this process answers. `GET /ready`: it does its work. `GET /metrics`: for Prometheus. */
export function createOperations({ service, metrics, isReady }: OperationsOptions): Hono {
  const app = new Hono()
  app.get('/health', c => c.json({ service, status: 'alive' }))
  app.get('/ready', c => {
    if (isReady()) return c.json({ service, status: 'ready' })
    const detail = `${service} is starting, or has lost its broker`
    return problem({ status: 503, title: 'Not ready', detail, retryAfter: 1 })
  })
  app.get('/metrics', async c => c.text(await scrape(), 200, { 'content-type': metrics.contentType }))
  for (const path of ['/health', '/ready', '/metrics']) app.all(path, readOnly)

  // The broker is asked at each scrape: whoever comes while one is under way shares its answer.
  let scraping: Promise<string> | undefined
  function scrape(): Promise<string> {
    scraping ??= metrics.text().finally(() => {
      scraping = undefined
    })
    return scraping
  }

  return app
}
