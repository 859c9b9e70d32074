/**
 * A run as something to give away: a link, a command, a test.
 */
import { replayCommand } from '#simulator/explore/exercise-plan.ts'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import { writeRunSpec } from '#simulator/shop/run-spec.ts'
import { writePlace } from '../shell/location.ts'
import type { RunRequest } from '../worker/protocol.ts'
import { type LabLink, writeLabLink } from './lab-link.ts'

/** @param page the page's own address, whatever stands behind its `#` */
export function linkOf(link: LabLink, page: string): string {
  return `${page.replace(/#.*$/, '')}${writePlace(writeLabLink(link))}`
}

/** Undefined for what only the page can run. */
export function commandOf({ scenario, plan }: RunRequest): string | undefined {
  switch (scenario.kind) {
    case 'shop':
      return `npm run replay -- '${writeRunSpec({ orders: scenario.orders, plan })}'`
    case 'exercise':
      return replayCommand(scenario.exercise, plan, scenario.answer)
    case 'rush':
      return undefined
  }
}

/**
 * The text of a file for vitest that runs this plan and demands every guarantee. It works anywhere below `simulator/`.
 * @param file the answer's file, for an exercise
 */
export function testOf({ scenario, plan }: RunRequest, file?: string): string {
  const title = `'${sayPlan(plan).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  switch (scenario.kind) {
    case 'shop':
      return `import { expect, test } from 'vitest'
import { simulate } from '#simulator/scenario/simulate.ts'
import { readRunSpec } from '#simulator/shop/run-spec.ts'
import { createShop } from '#simulator/shop/shop.ts'

test(${title}, async () => {
  const { orders, plan } = readRunSpec(${quote(writeRunSpec({ orders: scenario.orders, plan }))})
  const run = await simulate(createShop({ orders }), plan)
  expect(run.violations).toEqual([])
})
`
    case 'exercise':
      return `import { expect, test } from 'vitest'
import check from '#exercises/${scenario.exercise}/check.ts'
import { runPlan } from '#simulator/explore/run-plan.ts'
import * as answer from ${quote(answerModule(file ?? `exercises/${scenario.exercise}/${scenario.answer}.ts`))}

test(${title}, async () => {
  const plan = ${planText(plan)}
  const { violations, trouble } = await runPlan(check, () => answer, plan, false)
  expect({ violations, trouble }).toEqual({ violations: [], trouble: undefined })
})
`
    case 'rush':
      return `import { expect, test } from 'vitest'
import { createRush } from '#simulator/lab/worker/rush.ts'
import { simulate } from '#simulator/scenario/simulate.ts'

test(${title}, async () => {
  const plan = ${planText(plan)}
  const run = await simulate(createRush(${scenario.messages}), plan)
  expect(run.violations).toEqual([])
})
`
  }
}

function planText({ seed, faults }: Plan): string {
  if (faults.length === 0) return `{ seed: ${seed}, faults: [] }`
  const lines = faults.map(fault => {
    const fields = Object.entries(fault).map(([name, value]) => `${name}: ${literal(value)}`)
    return `      { ${fields.join(', ')} },\n`
  })
  return `{\n    seed: ${seed},\n    faults: [\n${lines.join('')}    ],\n  }`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quote(value) : JSON.stringify(value)
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Exercises can be named from anywhere; solutions under the name of the slot they fill. */
function answerModule(file: string): string {
  const path = file.replace(/^\.\//, '')
  if (path.startsWith('exercises/')) return `#${path}`
  return path.replace(/^solutions\//, '#work/')
}
