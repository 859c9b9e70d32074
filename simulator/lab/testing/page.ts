/**
 * A page in Chromium for a test file, and everything it complains about.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, inject } from 'vitest'
import type { CallName, Calls } from '../worker/protocol.ts'
import { startChromium } from './chromium.ts'

export interface PageUnderTest {
  /** Opens a place of the built page in a fresh tab: `#/lab/shop`. */
  open(hash: string, size?: { width: number; height: number }): Promise<Page>
  /** Errors that any tab has written to its console, or thrown. */
  readonly complaints: readonly string[]
}

export const USUAL_SIZE = { width: 1280, height: 720 }

export function pagesForTests(): PageUnderTest {
  const complaints: string[] = []
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  })
  afterAll(() => browser?.close())
  return {
    complaints,
    async open(hash, size = USUAL_SIZE) {
      const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.on('console', message => {
        if (message.type() === 'error') complaints.push(`${hash}: ${message.text()}`)
      })
      page.on('pageerror', error => complaints.push(`${hash}: ${error.message}`))
      await page.goto(inject('builtPage') + hash)
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
