import { afterAll, expect, test } from 'vitest'
import { readLabLink } from '../lab/lab-link.ts'
import { readPlace } from '../shell/location.ts'
import { call, pagesForTests } from '../testing/page.ts'

const subject = pagesForTests()
afterAll(() => expect(subject.complaints).toEqual([]))

test('cells fill while columns are measured, and one opens its run at the moment things went wrong', async () => {
  const page = await subject.open('#/table/12-idempotent-consumer')
  const broken = page.locator('[data-cell][data-tone="broken"]').first()
  await broken.waitFor()
  await broken.click()
  await page.waitForFunction(() => location.hash.startsWith('#/lab/12-idempotent-consumer/'))
  const hash = await page.evaluate(() => location.hash)
  expect(hash).toMatch(/fault=/)
  expect(hash).toMatch(/at=\d+/)
})

test('cells are walked with the arrow keys and opened with Enter', async () => {
  const page = await subject.open('#/table/12-idempotent-consumer')
  await page.locator('[data-cell][data-tone="broken"]').first().waitFor()
  await page.locator('[data-cell][tabindex="0"]').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
    /open its run/,
  )
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => location.hash.startsWith('#/lab/'))
})

test('in predict-first mode nothing is given away before it is revealed', async () => {
  const page = await subject.open('#/table/12-idempotent-consumer?predict')
  await page.getByText(/[1-9]\d* of \d+ columns measured|all \d+ columns measured/i).waitFor()
  expect(await page.locator('[data-tone="broken"][data-cell]').count()).toBe(0)
  await page.keyboard.press('r')
  await page.locator('[data-cell][data-tone="broken"]').first().waitFor()
})

test('the failure modes of the flow get a row each', async () => {
  const page = await subject.open('#/table/flow')
  await page.getByText('consumer down', { exact: false }).first().waitFor()
  expect(await page.getByRole('row').count()).toBeGreaterThan(25)
})

test('the moment at which a cell opens its run is the strike of its fault', async () => {
  const page = await subject.open('#/table/12-idempotent-consumer')
  const cell = page.getByRole('link', { name: /^crash, starter: doubled: .*; open its run$/ })
  const link = readLabLink(readPlace(new URL((await cell.getAttribute('href'))!, page.url()).hash))
  const { records, holds } = await call(page, 'run', { scenario: link.scenario, plan: link.plan })
  expect(holds).toBe(false)
  expect(records[link.at! - 1]).toMatchObject({ kind: 'fault.strike', fault: 'crash' })
})

test('guesses are counted when they are revealed', async () => {
  const page = await subject.open('#/table/flow?predict')
  await page.getByLabel('nothing fails: guess').selectOption('holds')
  await page.getByLabel('crash before the commit: guess').selectOption('lost')
  await page.getByText(/^([3-9]|[12]\d|All 30)\b.* runs measured/).waitFor()
  await page.keyboard.press('r')
  await page.getByText('1 of 2 guesses right').waitFor()
})
