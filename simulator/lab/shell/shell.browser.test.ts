import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { pagesForTests } from '../testing/page.ts'

const subject = pagesForTests()

const PLACES = [
  '#/learn/12-idempotent-consumer',
  '#/lab/shop?orders=12&seed=1&fault=down:search@2s+20s',
  '#/table/09-outbox',
  '#/lecture',
  '#/docs',
]

afterAll(() => expect(subject.complaints).toEqual([]))

describe.each(['light', 'dark'] as const)('in %s colours', colorScheme => {
  test.each(PLACES)('%s has no serious accessibility issue', async place => {
    const page = await subject.open(place, { colorScheme })
    await settled(page)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)).toEqual([])
  })
})

test.each(PLACES)('%s fits a tablet: nothing is wider than the page', async place => {
  const page = await subject.open(place, { width: 820, height: 1180 })
  await settled(page)
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
})

describe('a link that is wrong', () => {
  test.each([
    ['#/lab/shop?fault=<img src=x onerror=alert(1)>', /no fault|cannot be read|is no fault/i],
    ['#/lab/shop?fault=crash:inventroy', /./],
    ['#/lab/shop?orders=many', /orders/],
    ['#/lab/shop?orders=100000', /too many/],
    ['#/lab/shop?sed=1', /unknown field "sed".*|Did you mean/],
    ['#/lab/shop?seed=%E0%A4%A', /percent/],
    ['#/lab/nowhere', /no scenario/],
    ['#/lab/99-nothing/yours?seed=1', /no exercise/i],
    ['#/learn/99-nothing', /no exercise/i],
    ['#/table/99-nothing', /no failure table/i],
    ['#/docs/nothing', /nothing/],
    ['#/lecture/99', /no demo 99/],
  ])('%s is told what is wrong with it, and nothing of it becomes markup', async (hash, message) => {
    const page = await subject.open(hash)
    const notice = page.getByRole('alert').first()
    await notice.waitFor()
    expect(await notice.innerText()).toMatch(message)
    expect(await page.locator('img[src=x]').count()).toBe(0)
  })
})

test('text that gets into the page does not run', async () => {
  const page = await subject.open('#/docs', { isWatched: false })
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.hasRun = true'
    document.body.append(script)
    return 'hasRun' in window
  })
  expect(ran).toBe(false)
})

test('places are reached by keyboard alone', async () => {
  const page = await subject.open('#/docs')
  await settled(page)
  for (let tabs = 0; tabs < 12; tabs++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Table') break
  }
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => location.hash.startsWith('#/table'))
  await page.keyboard.press('Alt+1')
  await page.waitForFunction(() => location.hash.startsWith('#/learn'))
})

test('lecture type is larger, and is remembered', async () => {
  const page = await subject.open('#/docs')
  await settled(page)
  const sizeOf = () =>
    page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize))
  const before = await sizeOf()
  await page.getByRole('button', { name: /lecture type/i }).click()
  expect(await sizeOf()).toBeGreaterThan(before)
  await page.reload()
  await settled(page)
  expect(await sizeOf()).toBeGreaterThan(before)
})

/** Whatever is loaded in parts has come, and the simulator is at rest. */
async function settled(page: Page): Promise<void> {
  await page.locator('main :is(h1, h2, button):visible').first().waitFor()
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(1500)
}
