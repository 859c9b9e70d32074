import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { FAILURE_MODES } from '#simulator/shop/failure-modes.ts'
import { readLabLink } from '../lab/lab-link.ts'
import { readPlace } from '../shell/location.ts'
import { call, pagesForTests } from '../testing/page.ts'

const PATIENCE_MS = 120_000
const subject = pagesForTests()

afterAll(() => expect(subject.complaints).toEqual([]))

async function untilMeasured(page: Page): Promise<void> {
  await page.getByText(/^All \d+ (columns|runs) measured$/).waitFor({ timeout: PATIENCE_MS })
}

test(
  'the table of an exercise: broken cells open their runs at the strike',
  async () => {
    const page = await subject.open('#/table/12-idempotent-consumer')
    await untilMeasured(page)
    const cell = page.getByRole('link', {
      name: /^crash, effect-then-mark: doubled: stock \+24; open its run$/,
    })
    const link = readLabLink(readPlace(new URL((await cell.getAttribute('href'))!, page.url()).hash))
    const { records, holds } = await call(page, 'run', { scenario: link.scenario, plan: link.plan })
    expect(holds).toBe(false)
    expect(records[link.at! - 1]).toMatchObject({ kind: 'fault.strike', fault: 'crash' })
    await cell.click()
    expect(page.url()).toContain('#/lab/12-idempotent-consumer/effect-then-mark?')
  },
  PATIENCE_MS,
)

test(
  'arrow keys walk from cell to cell',
  async () => {
    const page = await subject.open('#/table/12-idempotent-consumer')
    await untilMeasured(page)
    await page.getByRole('link', { name: /^no fault, starter/ }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
      /^duplicate, at once, check-then-act/,
    )
  },
  PATIENCE_MS,
)

test(
  'predict first: nothing is shown before it is revealed, then the guesses are counted',
  async () => {
    const page = await subject.open('#/table/flow?predict')
    await untilMeasured(page)
    expect(await page.getByText('lost, noticed').count()).toBe(1)
    await page.getByLabel('consumer down: guess').selectOption('holds')
    await page.getByLabel('retention overtakes a consumer: guess').selectOption('holds')
    await page.keyboard.press('r')
    await page.getByText('1 of 2 guesses right').waitFor()
    // Beside the legend: the two modes that destroy data.
    expect(await page.getByText('lost, noticed').count()).toBe(3)
    expect(await page.getByRole('row').count()).toBe(FAILURE_MODES.length + 1)
  },
  PATIENCE_MS,
)

test('a presenter opens a demo by its key, in lecture type', async () => {
  const page = await subject.open('#/lecture/1')
  await page.getByRole('heading', { name: 'A dual write loses an order' }).waitFor()
  expect(await page.locator('html[data-lecture]').count()).toBe(1)
  await page.keyboard.press('PageDown')
  await page.getByRole('heading', { name: 'A duplicate doubles a sale' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/lab\/12-idempotent-consumer\/no-dedupe\?.*at=37/)
})
