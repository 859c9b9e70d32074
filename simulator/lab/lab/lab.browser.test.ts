import type { Locator, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { pagesForTests } from '../testing/page.ts'

const subject = pagesForTests()
afterAll(() => expect(subject.complaints).toEqual([]))

const NAIVE = '#/lab/12-idempotent-consumer/starter?seed=1'
const FAULT = /fault=down:search@/

test('a painted fault is in the address bar and re-executes the run; undo takes it back', async () => {
  const page = await openLab('#/lab/shop?orders=12&seed=1')
  await badge(page, '20 guarantees hold')
  const before = await lengthOf(page)
  await choose(page, 'Down')
  const track = lane(page, 'search').locator('[data-track]')
  const box = (await track.boundingBox())!
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 })
  await page.mouse.up()
  await hashMatches(page, FAULT)
  await expect.poll(() => lengthOf(page)).not.toBe(before)
  const painted = await page.evaluate(() => location.hash)

  await bar(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction(before => location.hash !== before, painted)
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Delete')
  await page.waitForFunction(() => !location.hash.includes('fault='))
  await expect.poll(() => lengthOf(page)).toBe(before)
  await page.keyboard.press('Control+z')
  await hashMatches(page, FAULT)
})

test('a fault placed by keyboard alone changes the outcome, and taking it out changes it back', async () => {
  // Between the commit of the effect and the commit of the offset.
  const page = await openLab(`${NAIVE}&at=30`)
  await badge(page, /hold/)
  await choose(page, 'Crash')
  await lane(page, 'inventory').getByRole('button', { name: /paint/i }).first().focus()
  await page.keyboard.press('Enter')
  await hashMatches(page, /fault=crash:inventory@/)
  await badge(page, /broken/)
  await bar(page).focus()
  await page.keyboard.press('Delete')
  await badge(page, /hold/)
})

test('a link with a fault shows another outcome than the one without it', async () => {
  const page = await openLab(NAIVE)
  await badge(page, /hold/)
  await page.evaluate(() => {
    location.hash += '&fault=duplicate:inventory/deliver+order-1/OrderPlaced'.replace('+', '%20')
  })
  await badge(page, /broken/)
})

test('scrubbing changes the tables', async () => {
  const page = await openLab(`${NAIVE}&at=0`)
  await page.getByRole('tab', { name: 'Tables' }).click()
  const rows = page.getByRole('region', { name: /^Rows of/ })
  await page.keyboard.press('Escape')
  await page.getByRole('slider', { name: 'Moment' }).focus()
  await page.keyboard.press('End')
  await rows.locator('tbody tr').first().waitFor()
  const atTheEnd = await rows.innerText()
  await page.keyboard.press('Home')
  await page.waitForFunction(
    before => document.querySelector('[aria-label^="Rows of"]')?.textContent !== before,
    atTheEnd,
  )
})

test('a link opens what it was copied from', async () => {
  const page = await openLab(`${NAIVE}&fault=duplicate:inventory/deliver%20order-1/OrderPlaced&at=12`)
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Copy link' }).click()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toContain('fault=duplicate')
  expect(copied).toContain('at=12')
  const again = await openLab(new URL(copied).hash)
  expect(await status(again)).toBe(await status(page))
})

test('a run is copied as the command that repeats it', async () => {
  const page = await openLab('#/lab/shop?orders=12&seed=3&fault=down:search@2s+20s')
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Copy as command' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    "npm run replay -- 'shop?orders=12&seed=3&fault=down:search@2s+20s'",
  )
})

test('play, pause and steps by keyboard move the moment', async () => {
  const page = await openLab(`${NAIVE}&at=0`)
  const slider = page.getByRole('slider', { name: 'Moment' })
  const start = await slider.getAttribute('aria-valuenow')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => slider.getAttribute('aria-valuenow')).not.toBe(start)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe(start)
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
})

test('two runs are compared, and the first difference is shown', async () => {
  const page = await openLab(`${NAIVE}&fault=duplicate:inventory/deliver%20order-1/OrderPlaced&than-seed=1`)
  const comparison = page.getByRole('region', { name: 'Comparison' })
  await comparison.waitFor()
  expect(await comparison.innerText()).toMatch(/again|OrderPlaced|part|differ/i)
})

test('a fault that can never strike is named', async () => {
  const page = await openLab(
    '#/lab/shop?orders=12&seed=1&fault=crash:inventory/commit%20order-99/OrderPlaced',
  )
  await page
    .getByText(/never struck/i)
    .first()
    .waitFor()
})

async function openLab(hash: string): Promise<Page> {
  const page = await subject.open(hash)
  await page.getByRole('slider', { name: 'Moment' }).waitFor()
  return page
}

async function badge(page: Page, text: RegExp | string): Promise<void> {
  await page.getByRole('button', { name: text }).first().waitFor()
}

function lane(page: Page, name: string): Locator {
  return page.locator(`[data-lane="${name}"]`)
}

function bar(page: Page): Locator {
  return page.locator('[data-lane] [role="slider"], [data-lane] [data-fault-bar]').first()
}

async function choose(page: Page, kind: string): Promise<void> {
  const palette = page.getByRole('group', { name: 'Fault to paint' })
  await palette.getByRole('radio', { name: kind, exact: true }).check({ force: true })
}

function hashMatches(page: Page, pattern: RegExp) {
  return page.waitForFunction(source => new RegExp(source).test(location.hash), pattern.source)
}

/** How long the run is, as the slider has it. */
function lengthOf(page: Page): Promise<string | null> {
  return page.getByRole('slider', { name: 'Moment' }).getAttribute('aria-valuemax')
}

/** What the transport bar says of the moment. */
function status(page: Page): Promise<string | null> {
  return page.getByRole('slider', { name: 'Moment' }).getAttribute('aria-valuetext')
}
