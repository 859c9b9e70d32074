import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createStudentRepository, type StudentRepository } from '#simulator/cli/testing/student-repository.ts'
import { pagesForTests } from '../testing/page.ts'

const SLOT = 'exercises/12-idempotent-consumer/inventory.ts'
const PLACE = '#/learn/12-idempotent-consumer'

const subject = pagesForTests()
let repository: StudentRepository
let server: ChildProcess
let address = ''
let opened: Page | undefined

beforeAll(async () => {
  repository = createStudentRepository('real')
  const vite = ['node_modules/vite/bin/vite.js', '--configLoader', 'native', '--port', '0']
  server = spawn(process.execPath, ['--import', 'tsx', '-C', 'solutions', ...vite], { cwd: repository.root })
  address = await new Promise<string>((resolve, reject) => {
    let text = ''
    server.stdout!.on('data', chunk => {
      text += stripVTControlCharacters(String(chunk))
      const found = /Local:\s+(http:\S+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    server.once('exit', code => reject(new Error(`the development server ended with code ${code}: ${text}`)))
  })
})
afterAll(() => {
  server?.kill()
  repository?.remove()
})
// A page that stays open judges every save of the tests after it.
afterEach(() => opened?.context().close())

test('the page judges the student’s own file, and again whenever it is saved', async () => {
  const page = await openExercise()
  await verdict(page, /fails/i)

  repository.write(SLOT, repository.read('solutions/12-idempotent-consumer/inventory.ts'))
  await verdict(page, /holds|right/i)

  repository.write(SLOT, repository.read('exercises/12-idempotent-consumer/mistakes/memory-seen-set.ts'))
  await verdict(page, /fails/i)
  await diagnosis(page, /memory-seen-set/)
})

test.each([
  ['a syntax error', 'export const inventory = {', /inventory\.ts:\d+/],
  ['a file that throws when it is loaded', 'throw new Error("no luck")', /no luck/],
  ['another export', 'export const stock = async () => {}', /has to export inventory/],
  ['a service that throws', 'export async function inventory() { throw new Error("no way") }', /no way/],
  ['an endless loop', 'export async function inventory() { for (;;); }', /never yields|without an exit/i],
  [
    'a promise that never settles',
    'export async function inventory() { await new Promise(() => {}) }',
    /settle|waiting|lost|stuck/i,
  ],
])('%s is told in a sentence, and the page goes on', async (_, text, message) => {
  repository.write(SLOT, text)
  const page = await openExercise()
  await page.locator('[data-stale]').getByText(message).first().waitFor({ timeout: 30_000 })

  repository.write(
    SLOT,
    readFileSync(repository.path('solutions/12-idempotent-consumer/inventory.ts'), 'utf8'),
  )
  await verdict(page, /holds|right/i)
})

test('hints come one at a time', async () => {
  repository.write(SLOT, repository.read('exercises/12-idempotent-consumer/mistakes/no-dedupe.ts'))
  const page = await openExercise()
  await diagnosis(page, /no-dedupe/)
  const hint = page.getByRole('button', { name: /hint/i })
  await hint.click()
  await hint.click()
  await hint.click()
  expect(await page.getByText(/hint 3|third hint/i).count()).toBeGreaterThan(0)
})

test('the counterexample opens in the lab beside its passing twin', async () => {
  repository.write(SLOT, repository.read('exercises/12-idempotent-consumer/mistakes/no-dedupe.ts'))
  const page = await openExercise()
  await page
    .getByRole('link', { name: /open in the lab/i })
    .first()
    .click()
  await page.waitForFunction(() => location.hash.startsWith('#/lab/12-idempotent-consumer/yours'))
  const hash = await page.evaluate(() => location.hash)
  expect(hash).toMatch(/fault=duplicate/)
  expect(hash).toMatch(/than-seed=/)
})

async function openExercise(): Promise<Page> {
  opened = await subject.open(PLACE, { from: address })
  return opened
}

async function diagnosis(page: Page, text: RegExp): Promise<void> {
  await page.getByRole('region', { name: 'Diagnosis' }).getByText(text).first().waitFor()
}

/** The verdict's headline says so. */
async function verdict(page: Page, text: RegExp): Promise<void> {
  await page.locator('[data-tone]').filter({ hasText: text }).first().waitFor({ timeout: 30_000 })
}
