import { cpSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exerciseNames } from '#simulator/desk/exercise.ts'
import { createStudentRepository, type Ended, type StudentRepository } from './testing/student-repository.ts'

let repository: StudentRepository
beforeAll(() => {
  repository = createStudentRepository('real')
})
afterAll(() => repository.remove())

const demo = () => repository.run('demo', '--work', 'exercises')
/** Each failure mode with its verdict: `✓ all 20`, or `✗ 2: lost`. */
function verdicts({ stdout }: Ended): Map<string, string> {
  const rows = stdout.split('\n').flatMap(line => {
    // The last sign of the line: read models have signs of their own.
    const row = /^ {2}(\S.{36}) .* ([✓✗!] \S.*)$/.exec(line)
    return row === null ? [] : [[row[1]!.trim(), row[2]!] as const]
  })
  return new Map(rows)
}

describe('the demo on a student’s files', () => {
  test('as they come: the happy path holds, and failures show where the starters are naive', async () => {
    const ended = await demo()
    const rows = verdicts(ended)
    expect(ended.stdout).toContain('services: your files in exercises/')
    expect(rows.get('nothing fails')).toMatch(/^✓ all \d+$/)
    const failing = [...rows].filter(([, verdict]) => verdict.startsWith('✗')).map(([mode]) => mode)
    expect(failing.length).toBeGreaterThanOrEqual(5)
    expect(ended.stdout).toContain(`${failing.length} runs did not end as promised:`)
    expect(ended.code).toBe(1)
  })

  test('once every exercise is solved it is the demo of the reference', async () => {
    for (const name of exerciseNames())
      cpSync(repository.path(`solutions/${name}`), repository.path(`exercises/${name}`), { recursive: true })
    const ended = await demo()
    expect([...verdicts(ended).values()].filter(verdict => verdict.startsWith('✗'))).toEqual([])
    expect(ended.code).toBe(0)
  })
})
