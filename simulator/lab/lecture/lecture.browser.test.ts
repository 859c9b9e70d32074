import { afterAll, expect, test } from 'vitest'
import { pagesForTests } from '../testing/page.ts'

const subject = pagesForTests()
afterAll(() => expect(subject.complaints).toEqual([]))

test('a presenter opens a demo by its key, in lecture type', async () => {
  const page = await subject.open('#/lecture/1')
  await page.getByRole('heading', { name: 'A dual write loses an order' }).waitFor()
  expect(await page.locator('html[data-lecture]').count()).toBe(1)
  await page.keyboard.press('PageDown')
  await page.getByRole('heading', { name: 'A duplicate doubles a sale' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/lab\/12-idempotent-consumer\/no-dedupe\?.*at=37/)
})

test('Escape closes the keys first, and then leaves the demo', async () => {
  const page = await subject.open('#/lecture/2')
  await page.getByRole('heading', { name: 'A duplicate doubles a sale' }).waitFor()
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(page.url()).toContain('#/lecture/2')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { name: 'Six demos for a lecture' }).waitFor()
})
