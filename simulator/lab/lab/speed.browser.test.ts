import { expect, test } from 'vitest'
import { call, pagesForTests } from '../testing/page.ts'

// Measured and told, not asserted: what is asserted is only that there was something to measure.
const subject = pagesForTests()

test('how soon there is something to see, and something to do', async () => {
  const page = await subject.open('#/lab/shop?orders=12&seed=1')
  await page.getByRole('slider', { name: 'Moment' }).waitFor()
  const interactiveMs = await page.evaluate(() => performance.now())
  const paintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
  tell(
    `first contentful paint after ${paintMs.toFixed(0)} ms, the lab interactive after ${interactiveMs.toFixed(0)} ms`,
  )
  expect(paintMs).toBeGreaterThan(0)
})

test('how long 10,000 messages take to be executed again, and how smoothly they are scrubbed', async () => {
  const page = await subject.open('#/lab/rush?messages=10000&seed=1')
  await page.getByRole('slider', { name: 'Moment' }).waitFor()
  const scenario = { kind: 'rush', messages: 10_000 } as const
  const fault = { kind: 'down', service: 'sales', from: 10_000, for: 20_000 } as const
  const run = await call(page, 'run', { scenario, plan: { seed: 1, faults: [fault] } })
  tell(`${run.records.length} records of 10,000 messages in ${run.realMs.toFixed(0)} ms in the worker`)

  const slider = page.getByRole('slider', { name: 'Moment' })
  const box = (await slider.boundingBox())!
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(window, { frames })
    const count = (now: number) => {
      frames.push(now)
      requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
  })
  await page.mouse.move(box.x + 5, box.y + box.height / 2)
  await page.mouse.down()
  for (let step = 0; step <= 120; step++) {
    await page.mouse.move(box.x + 5 + (box.width - 10) * (step / 120), box.y + box.height / 2)
  }
  await page.mouse.up()
  const frames = (await page.evaluate(() => (window as unknown as { frames: number[] }).frames)) as number[]
  const gaps = frames.slice(1).map((at, index) => at - frames[index]!)
  gaps.sort((a, b) => a - b)
  const meanMs = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const slowMs = gaps[Math.floor(gaps.length * 0.95)]!
  tell(
    `scrubbing: ${(1000 / meanMs).toFixed(0)} frames a second on average, 95 % of frames within ${slowMs.toFixed(0)} ms`,
  )
  expect(gaps.length).toBeGreaterThan(10)
})

function tell(figure: string): void {
  console.log(`measured: ${figure}`)
}
