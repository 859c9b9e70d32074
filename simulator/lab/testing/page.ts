/**
 * A page in Chromium for a test file, and everything it complains about.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, inject } from 'vitest'
import type { CallName, Calls } from '../worker/protocol.ts'
import { startChromium } from './chromium.ts'

export interface PageUnderTest {
  /** Opens a place of the built page in a fresh tab: `#/lab/shop`. */
  open(hash: string, options?: OpenOptions): Promise<Page>
  /** Errors that any tab has written to its console, or thrown. */
  readonly complaints: readonly string[]
}

export interface OpenOptions {
  /** Pixels. Default 1280. */
  readonly width?: number
  /** Pixels. Default 720. */
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  /** Where the page is served. Default: the built one. */
  readonly from?: string
  /** False: what this tab complains about is expected. Default true. */
  readonly isWatched?: boolean
}

export function pagesForTests(): PageUnderTest {
  const complaints: string[] = []
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())
  return {
    complaints,
    async open(
      hash,
      {
        from = inject('builtPage'),
        width = 1280,
        height = 720,
        colorScheme = 'light',
        isWatched = true,
      } = {},
    ) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
      })
      const page = await context.newPage()
      page.on('console', message => {
        if (isWatched && message.type() === 'error') complaints.push(`${hash}: ${message.text()}`)
      })
      page.on('pageerror', error => complaints.push(`${hash}: ${error.message}`))
      await page.goto(from + hash)
      return page
    },
  }
}

/** Asks the page's own simulator, which the page keeps for tests and for the curious under `outOfOrder`. */
export async function call<N extends CallName>(
  page: Page,
  name: N,
  request: Calls[N]['request'],
): Promise<Calls[N]['answer']> {
  await page.waitForFunction(() => 'outOfOrder' in window)
  return (await page.evaluate(
    ([callName, asked]) =>
      (
        window as unknown as { outOfOrder: { call(n: string, r: unknown): Promise<unknown> } }
      ).outOfOrder.call(callName as string, asked),
    [name, request] as const,
  )) as Calls[N]['answer']
}
