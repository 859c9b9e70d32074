import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStudentRepository, type StudentRepository } from './testing/student-repository.ts'

/** `grade` in a repository of two small exercises, with the clones in a folder of it. */
let workbench: StudentRepository
let starter: string
let solution: string
beforeAll(() => {
  workbench = createStudentRepository()
  starter = workbench.original('starter/counter.ts')
  solution = workbench.original('solution/counter.ts')
  const noDedupe = workbench.original('mistakes/no-dedupe.ts')
  // Whoever solves an exercise here grades the others all the same.
  workbench.answer('the instructor is not done yet')
  clone('clones/anna', solution, solution.replace('export', '// Mine.\nexport'))
  clone('clones/ben', noDedupe, starter)
  // Slow, and whoever asks its process to leave waits for ever.
  const stay = "globalThis.process.on('exit', () => { for (;;) {} })"
  const slow = `${stay}\n${solution.replace('count.run()', 'count.run(); for (let i = 0; i < 1e8; i++);')}`
  clone('groups/a/slow', starter, slow)
  clone('groups/d/slow', starter, `// Mine.\n${slow}`)
  clone('groups/b/slow', starter, solution)
  mkdirSync(workbench.path('groups/c'))
})
afterAll(() => workbench.remove())

function clone(name: string, counter: string, again: string): void {
  for (const [exercise, text] of [
    ['40-counter', counter],
    ['41-counter-again', again],
  ] as const) {
    mkdirSync(workbench.path(`${name}/exercises/${exercise}`), { recursive: true })
    workbench.write(`${name}/exercises/${exercise}/counter.ts`, text)
  }
}

const grade = (...args: string[]) => workbench.run('grade', ...args)

/** The judging processes of this repository, by what they run. */
function processes(): string[] {
  return execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter(line => line.includes(workbench.root) && /grade-(child|seat)\.js/.test(line))
}
const noProcesses = () => expect.poll(processes, { timeout: 20_000 }).toEqual([])

test('everything holds: exit code 0', async () => {
  const { code, stdout, stderr } = await grade('clones/anna/')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/Grades {2}1 student, 2 exercises/)
  expect(stdout).toMatch(/student {2}40 {2}41\n {2}anna +✓ +✓\n/)
  expect(stdout).toMatch(/40 counter +1 of 1 holds\n +41 counter-again +1 of 1 holds/)
})

test('chosen exercises of chosen students, as a table and in a file', async () => {
  const { code, stdout, stderr } = await grade(
    ...[
      workbench.path('clones/anna'),
      'clones/ben',
      'clones/anna',
      '--exercise',
      '40',
      '--exercise',
      '41,40',
    ],
    ...['--format', 'csv', '--output', 'grades.json'],
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(/^4 grades written to .*grades\.json\n$/)
  expect(stdout.split('\r\n').slice(0, 4)).toEqual([
    '"student","exercise","result","verdict","sentence"',
    '"anna","40-counter","holds","holds",""',
    '"anna","41-counter-again","holds","holds",""',
    '"ben","40-counter","mistake","no-dedupe","the count is 2 instead of 1: order-1 was counted 2 times"',
  ])
  const { grades } = JSON.parse(readFileSync(workbench.path('grades.json'), 'utf8'))
  expect(grades.map((row: { student: string; result: string }) => `${row.student} ${row.result}`)).toEqual([
    'anna holds',
    'anna holds',
    'ben mistake',
    'ben not-started',
  ])
})

test('an answer that takes too long is ended with all it has started, and the same answer is not tried again', async () => {
  const limits = ['--time-limit', '3', '--jobs', '1']
  const { code, stdout } = await grade(
    ...['groups/a/slow', 'groups/d/slow', '--exercise', '41', ...limits, '--format', 'json'],
  )
  expect(code).toBe(1)
  const { grades } = JSON.parse(stdout)
  expect(grades).toMatchObject([
    {
      student: 'a/slow',
      result: 'timed-out',
      verdict: 'timed out',
      sentence: 'It was not judged within 3 s.',
    },
    { student: 'd/slow', result: 'timed-out', sameAs: 'a/slow' },
  ])
  expect(grades[0].realMs).toBeGreaterThanOrEqual(3000)
  expect(grades[1].realMs).toBeLessThan(3000)
  await noProcesses()
})

describe('ended', () => {
  const start = async () => {
    const child = workbench.start(
      'grade',
      ...['a/slow', 'b/slow', 'c'].map(name => `groups/${name}`),
      'clones',
    )
    let stdout = ''
    child.stdout!.on('data', chunk => {
      stdout += chunk
    })
    const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
    await expect.poll(() => processes().join(), { timeout: 60_000 }).toContain('grade-seat')
    // By then it has loaded the file.
    await new Promise(resolve => setTimeout(resolve, 1_000))
    return { child, ended, said: () => stdout }
  }

  test('by Ctrl-C it says what was graded so far, and leaves nothing running', async () => {
    const { child, ended, said } = await start()
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(said()).toMatch(/Grades {2}4 students, 2 exercises, \d of 8 answers graded/)
    expect(said()).toMatch(/^ {2}a\/slow +not started +–$/m)
    expect(said()).toMatch(/^ {2}– +was not judged$/m)
    await noProcesses()
  })

  test('by force it leaves nothing running either', async () => {
    const { child, ended } = await start()
    child.kill('SIGKILL')
    await ended
    await noProcesses()
  })
})

describe('wrong usage is told in one sentence, with exit code 2:', () => {
  test.concurrent.each([
    ['no folder', [], /Missing required argument 'folders'/],
    ['a folder that is not there', ['clones/anna', 'clones/nobody'], /There is no folder clones\/nobody\./],
    [
      'the folder of the clones',
      ['clones'],
      /clones is no clone of this repository: .* Did you mean clones\/\*\?/,
    ],
    ['an exercise that is not there', ['clones/anna', '--exercise', '40,77'], /There is no exercise "77"\./],
  ])('%s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await grade(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(sentence)
  })
})
