/**
 * Writes the pictures of the page that the README shows: `npm run screenshots`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { findChromium, NoChromium, startChromium } from './chromium.ts'
import { serveBuiltPage } from './serve.ts'

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots')
const SIZE = { width: 1280, height: 720 }

interface Picture {
  readonly file: string
  readonly hash: string
  /** Waits until there is something to see. */
  ready(page: Page): Promise<unknown>
}

const PICTURES: readonly Picture[] = [
  {
    file: 'learn.png',
    hash: '#/learn/12-idempotent-consumer?answer=starter',
    ready: page => page.locator('[data-tone="fails"]').first().waitFor(),
  },
  {
    file: 'lab.png',
    hash: '#/lab/shop?orders=12&seed=1&fault=down:search@2s+20s&fault=crash:inventory/commit%20order-1/OrderPlaced&at=1200',
    ready: page => page.getByRole('button', { name: /play/i }).first().waitFor(),
  },
  {
    file: 'table.png',
    hash: '#/table/12-idempotent-consumer',
    ready: page =>
      page
        .getByText(/all \d+ columns measured/i)
        .first()
        .waitFor({ timeout: 120_000 }),
  },
]
/** For diagrams and the flow, which come after the first paint. */
const SETTLING_MS = 4000

// Before the time that a build takes.
try {
  findChromium()
} catch (error) {
  if (!(error instanceof NoChromium)) throw error
  console.error(`✗ ${error.message}`)
  process.exit(1)
}
const { url, close } = await serveBuiltPage()
const browser = await startChromium()
try {
  mkdirSync(FOLDER, { recursive: true })
  for (const { file, hash, ready } of PICTURES) {
    const context = await browser.newContext({
      viewport: SIZE,
      colorScheme: 'light',
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    await page.goto(url + hash)
    await ready(page)
    await page.waitForTimeout(SETTLING_MS)
    await page.screenshot({ path: join(FOLDER, file) })
    console.log(`docs/screenshots/${file}`)
    await context.close()
  }
} finally {
  await browser.close()
  close()
}
