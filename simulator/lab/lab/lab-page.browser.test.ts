import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { pagesForTests } from '../testing/page.ts'

const subject = pagesForTests()
afterAll(() => expect(subject.complaints).toEqual([]))

const EXERCISE = '#/lab/12-idempotent-consumer/starter'

async function openLab(hash: string): Promise<Page> {
  const page = await subject.open(hash)
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
  return page
}

const happened = (page: Page) => page.locator('[aria-live]').first().textContent()
const addressSays = (page: Page, text: string) => page.waitForURL(url => url.hash.includes(text))

test('a step shows what happens next, and the address says where we are', async () => {
  const page = await openLab(`${EXERCISE}?at=18`)
  await page.keyboard.press('.')
  await addressSays(page, 'at=19')
  expect(await happened(page)).toBe('inventory received order-1/OrderPlaced from sales.events/0@0')
  await page.keyboard.press(',')
  await addressSays(page, 'at=18')
})

test('Space plays from the beginning to the end', async () => {
  const page = await openLab(EXERCISE)
  await page.keyboard.press(' ')
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 30_000 })
  expect(await happened(page)).toBe('the run came to rest')
})

test('a fork goes on from the same moment, with a verdict of its own and a comparison', async () => {
  const page = await openLab(`${EXERCISE}?at=19`)
  await page.getByText('3 guarantees hold').waitFor()
  await page.getByRole('button', { name: 'Fork from here' }).click()
  await page.getByRole('menuitem', { name: 'This message is delivered twice' }).click()
  await page.getByText(/doubled: \d of 3 broken/).waitFor()
  await addressSays(page, 'fault=duplicate:inventory/deliver%20order-1/OrderPlaced')
  expect(new URL(page.url()).hash).toContain('at=')
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await page.getByRole('button', { name: /^First difference/ }).click()
  await page.getByText('there: 3 guarantees hold').waitFor()
})

test('a run can be given away as a command and as a test', async () => {
  const page = await openLab('#/lab/shop?orders=12&fault=down:search@1s%2B2s')
  const copied = async (item: string) => {
    await page.getByRole('button', { name: /^Cop(y|ied)$/ }).click()
    await page.getByRole('menuitem', { name: item }).click()
    return page.evaluate(() => navigator.clipboard.readText())
  }
  expect(await copied('Copy as command')).toBe(
    "npm run replay -- 'shop?orders=12&seed=1&fault=down:search@1s+2s'",
  )
  expect(await copied('Copy as test')).toContain("test('search is down for 2 s, from 1 s on.'")
})

test('what a link asks for in vain is said beside the run before', async () => {
  const page = await openLab(EXERCISE)
  await page.evaluate(hash => {
    location.hash = hash
  }, `${EXERCISE}?fault=down:nobody@1s%2B1s`)
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain(
    'there is no service or outside party "nobody"',
  )
  expect(await page.getByRole('button', { name: 'Play', exact: true }).isVisible()).toBe(true)
})
