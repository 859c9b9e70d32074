import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Clones, createClones, runGrade } from './testing/clones.ts'
import type { Ended } from './testing/student-repository.ts'

/** The clones of a course, graded once in one go, as an instructor does it. */
const ROOT = join(import.meta.dirname, '../..')
const EXERCISE = 'exercises/12-idempotent-consumer'
const SLOT = `${EXERCISE}/inventory.ts`
const original = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const starter = original(`${EXERCISE}/starter/inventory.ts`)

interface GradeJson {
  readonly student: string
  readonly sentence: string | null
}

let clones: Clones
/** Where the grades are written to. */
let desk: Clones
let before: Record<string, string>
let ended: Ended
let grades: ReadonlyMap<string, GradeJson>
let totals: readonly object[]

/** What a file tries that wants more than its own verdict: each attempt with what came of it. */
const HOSTILE = (file: string) => `
  const said: string[] = []
  const attempt = (name: string, act: () => unknown) => {
    try { act(); said.push(name + ' WORKED') } catch (error) {
      said.push(name + (String(error).includes('inside the simulation') ? ' shut' : ' denied'))
    }
  }
  const ask = require
  const real = globalThis.process as any
  attempt('require', () => ask('node:fs').writeFileSync(${JSON.stringify(file)}, ''))
  attempt('socket', () => ask('node:net').connect)
  attempt('builtin', () => real.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(file)}, ''))
  attempt('prototype', () => Object.getPrototypeOf(process).getBuiltinModule('node:fs'))
  attempt('binding', () => real.binding('fs'))
  attempt('kill', () => real.kill(real.ppid, 0))
  attempt('native', () => real.dlopen({ exports: {} }, ${JSON.stringify(file)}))
  attempt('report', () => real.report.writeReport(${JSON.stringify(file)}))
  said.push('secrets: ' + (real.env.OUT_OF_ORDER_SECRET ?? 'none'))
  throw new Error(said.join(', '))
`

beforeAll(async () => {
  clones = createClones()
  const answers: Record<string, string> = {
    'anna/clone': original('solutions/12-idempotent-consumer/inventory.ts'),
    ben: starter.replaceAll('\n', '\r\n'),
    cleo: original(`${EXERCISE}/mistakes/effect-then-mark.ts`),
    dan: original(`${EXERCISE}/mistakes/no-dedupe.ts`),
    'emil/clone': `// Entirely my own work.\n${original(`${EXERCISE}/mistakes/effect-then-mark.ts`)}`,
    fay: 'export const inventory = async ({ =>',
    gus: 'export const inventory = async () => { for (;;) {} }',
    hal: 'export const inventory = async () => process.exit(0)',
    ida: 'export const inventory = async () => { for (const all = []; ; ) all.push(Buffer.alloc(5e7, 1)) }',
    'jo\'s “"clone", v2': "throw new Error('no')",
    '=1+2': HOSTILE(clones.path('written')),
    nina: `import { inventory } from '../../../cleo/${SLOT}'\nexport { inventory }`,
    olaf: "import { readFileSync } from 'fs'\nexport const inventory = () => readFileSync('/etc/hosts')",
    rob: Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)).toString('latin1'),
    sue: ' '.repeat(50_000_000),
  }
  for (const [student, text] of Object.entries(answers)) clones.write(student, SLOT, text)
  clones.write('kim', 'exercises/README.md', 'Nothing here yet.')
  clones.write('empty', 'README.md', 'The wrong repository.')
  clones.write('', 'roster.csv', 'anna\nben\n')
  mkdirSync(clones.path(`pam/${SLOT}`), { recursive: true })
  mkdirSync(clones.path(`quinn/${EXERCISE}`), { recursive: true })
  symlinkSync(join(ROOT, 'solutions/12-idempotent-consumer/inventory.ts'), clones.path(`quinn/${SLOT}`))
  mkdirSync(clones.path(`ted/${EXERCISE}`), { recursive: true })
  execFileSync('mkfifo', [clones.path(`ted/${SLOT}`)])
  before = clones.contents()

  desk = createClones()
  const output = desk.path('grades.json')
  const folders = [...new Set(['anna/clone', 'emil/clone/', ...Object.keys(answers), 'kim', 'empty'])]
  const named = [...folders, 'pam', 'quinn', 'ted', 'roster.csv'].map(name => clones.path(name))
  const limits = ['--memory-limit', '512', '--time-limit', '5m']
  ended = await runGrade([...named, '--exercise', '12', ...limits, '--output', output], {
    OUT_OF_ORDER_SECRET: 'seen',
  })
  const json = JSON.parse(readFileSync(output, 'utf8'))
  grades = new Map(json.grades.map((grade: GradeJson) => [grade.student, grade]))
  totals = json.totals
}, 300_000)
afterAll(() => {
  clones.remove()
  desk.remove()
})

describe('an answer', () => {
  test.each([
    ['anna/clone', 'holds', 'holds', null],
    ['ben', 'not-started', 'not started', null],
    ['cleo', 'mistake', 'effect-then-mark', /2026-W02 is 7 instead of 5/],
    ['dan', 'mistake', 'no-dedupe', /instead of/],
    ['emil/clone', 'mistake', 'effect-then-mark', /instead of/],
    ['fay', 'refused', 'broken file', /^exercises\/12-idempotent-consumer\/inventory\.ts:1:\d+: /],
    ['gus', 'trouble', 'endless loop', /never yields/],
    ['hal', 'trouble', 'process ended', /process\.exit/],
    ['ida', 'out-of-memory', 'out of memory', /more than 512 MB/],
    ['jo\'s “"clone", v2', 'refused', 'throws on load', /throws while it is loaded: Error: no/],
    ['kim', 'missing', 'missing', /There is no exercises\/12-idempotent-consumer\/inventory\.ts/],
    ['empty', 'no-clone', 'no clone', /no folder exercises/],
    ['nina', 'refused', 'outside import', /imports \.\.\/\.\.\/\.\.\/cleo/],
    ['olaf', 'refused', 'outside import', /imports fs, which does not exist/],
    ['pam', 'refused', 'broken file', /cannot be read as a file/],
    ['quinn', 'refused', 'outside import', /link that leads out of the clone/],
    ['rob', 'refused', 'broken file', /inventory\.ts:1:/],
    ['sue', 'refused', 'broken file', /50\.0 MB/],
    ['ted', 'refused', 'broken file', /cannot be read as a file/],
  ])('of %s: %s', (student, result, verdict, sentence) => {
    expect(grades.get(student)).toMatchObject({
      exercise: '12-idempotent-consumer',
      holds: result === 'holds',
      result,
      verdict,
    })
    if (sentence === null) expect(grades.get(student)!.sentence).toBeNull()
    else expect(grades.get(student)!.sentence).toMatch(sentence)
  })

  test('that differs from another in comments and layout only is judged once, and says so', () => {
    expect(grades.get('emil/clone')).toMatchObject({ sameAs: null, mistakes: ['effect-then-mark'] })
    expect(grades.get('cleo')).toMatchObject({ sameAs: 'emil/clone', mistakes: ['effect-then-mark'] })
    expect(ended.stdout).toMatch(/1 answer is the same as another student’s but for comments and layout/)
  })

  test('reaches neither files nor processes nor secrets', () => {
    expect(grades.get('=1+2')!.sentence).toMatch(
      /require shut, socket shut, builtin shut, prototype shut, binding shut, kill shut, native shut, report denied, secrets: none/,
    )
    expect(existsSync(clones.path('written'))).toBe(false)
  })
})

test('the table has a row a student, the totals, and the words behind the verdicts', () => {
  const { code, stdout, stderr } = ended
  expect(code).toBe(1)
  expect(stdout).not.toContain('\u001b')
  expect(stdout).toMatch(/Grades {2}20 students, 1 exercise {2}in/)
  expect(stdout).toMatch(/^ {2}student +12 idempotent-consumer\n {2}anna\/clone +✓\n/m)
  expect(stdout).toMatch(/^ {2}cleo +effect-then-mark$/m)
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /12 idempotent-consumer 1 of 20 holds; most common: broken file 5, outside import 3, effect-then-mark 2; 3 not started or missing/,
  )
  expect(stdout).toMatch(/^ {2}ida 12 +It took more than 512 MB of memory\.$/m)
  expect(stderr).toMatch(/Left out: .*roster\.csv\. It is a file, and a clone is a folder\./)
  expect(stderr).toMatch(/20 grades written to/)
  expect(totals).toEqual([
    {
      exercise: '12-idempotent-consumer',
      answers: 20,
      holds: 1,
      untouched: 3,
      mostCommon: [
        { verdict: 'broken file', count: 5 },
        { verdict: 'outside import', count: 3 },
        { verdict: 'effect-then-mark', count: 2 },
      ],
    },
  ])
})

test('nothing is written into the clones, and no process is left', async () => {
  expect(clones.contents()).toEqual(before)
  const left = () =>
    execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter(line => line.includes(`${ROOT}/node_modules/.cache/`) && /grade-(child|seat)/.test(line))
  await expect.poll(left, { timeout: 10_000 }).toEqual([])
})

test('the same clones give the same CSV, which parses back, from wherever npm is called', async () => {
  const names = ['ben', 'fay', 'jo\'s “"clone", v2', 'kim', '=1+2']
  const options = ['--exercise', '12', '--format', 'csv', '--jobs']
  const [first, second] = await Promise.all([
    runGrade([...names.map(name => clones.path(name)), ...options, '1']),
    runGrade([...names, ...options, '3'], { npm_lifecycle_event: 'grade', INIT_CWD: clones.folder }),
  ])
  expect(first).toMatchObject({ code: 1, stderr: '' })
  expect(second.stdout).toBe(first.stdout)
  const records: Record<string, string>[] = parse(first.stdout, { columns: true })
  expect(records.map(({ student, result, verdict }) => [student, result, verdict])).toEqual([
    ['ben', 'not-started', 'not started'],
    ['fay', 'refused', 'broken file'],
    ['jo\'s “"clone", v2', 'refused', 'throws on load'],
    ['kim', 'missing', 'missing'],
    ["'=1+2", 'refused', 'throws on load'],
  ])
})
