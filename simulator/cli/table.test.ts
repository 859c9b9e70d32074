import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OUTCOMES } from '#simulator/scenario/scenario.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function run(...args: string[]): Promise<Ended> {
  const { FORCE_COLOR: _, ...inherited } = process.env
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--import', 'tsx', '-C', 'solutions', 'simulator/cli/main.ts', 'table', ...args],
      { cwd: ROOT, env: { ...inherited, NO_COLOR: '1' }, maxBuffer: 50_000_000 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('refuses with exit code 2 and one sentence', () => {
  test.each([
    [['--format', 'html'], '--format is terminal, md or json, not "html".'],
    [['--exercise', '77'], 'There is no exercise "77".'],
    [['--exercise', '12', '--plans', 'nodedupe'], '--plans: there is no column "nodedupe".'],
    [['--plans', 'starter'], '--plans names an answer of an exercise, but there is no --exercise.'],
    [['--hard-limit', 'soon'], '--hard-limit'],
    [['--exercize', '12'], 'Unknown option'],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(sentence)
    expect(stderr).not.toContain('    at ')
  })
})

interface JsonCell {
  answer: string
  kind: string
  text: string
  plans: number
  broken: number
  outcomes: Record<string, number>
  outcome?: string
  amount?: number
  lagMs?: number
  example?: { plan: { seed: number; faults: object[] }; message: string; command: string }
}

test('the table of an exercise as JSON: every cell counted, and the plan that shows it', {
  timeout: 120_000,
}, async () => {
  const { code, stdout } = await run('--exercise', '12', '--format', 'json')
  expect(code).toBe(0)
  const table = JSON.parse(stdout) as {
    exercise: string
    answers: { name: string }[]
    rows: { family: string; cells: JsonCell[] }[]
  }
  expect(table.exercise).toBe('12-idempotent-consumer')
  const names = table.answers.map(({ name }) => name)
  expect([names[0], ...names.slice(-2)]).toEqual(['starter', 'solution', 'yours'])
  expect(names.some(name => name.includes('~'))).toBe(false)
  expect(table.rows[0]!.family).toBe('no-fault')

  const cells = table.rows.flatMap(row => row.cells)
  expect(cells).toHaveLength(table.rows.length * names.length)
  for (const { answer, kind, plans, broken, outcome, amount, lagMs, example } of cells) {
    if (answer === 'yours') continue
    expect(['right', 'delayed', 'broken', 'unread', 'nothing']).toContain(kind)
    expect(broken > 0).toBe(kind === 'broken')
    if (kind === 'nothing') continue
    expect(plans).toBeGreaterThan(0)
    if (kind === 'right') continue
    expect(example!.message).not.toBe('')
    expect(example!.command).toContain(`npm run check 12 -- --answer ${answer} --plan 'seed=1`)
    if (kind === 'delayed') expect(lagMs).toBeGreaterThanOrEqual(1000)
    if (kind !== 'broken') continue
    expect(OUTCOMES).toContain(outcome)
    expect(amount).toBeGreaterThan(0)
  }
  const cellOf = (family: string, answer: string) =>
    table.rows.find(row => row.family === family)!.cells.find(cell => cell.answer === answer)!
  expect(cellOf('duplicate-at-once', 'starter')).toMatchObject({
    kind: 'broken',
    outcome: 'doubled',
    plans: 5,
    broken: 5,
  })
  // The consumer is down for a minute, but for what it takes to notice and to come back.
  expect(cellOf('down', 'solution').lagMs).toBeGreaterThan(50_000)
  expect(table.rows.every(row => cellOf(row.family, 'solution').broken === 0)).toBe(true)
})
