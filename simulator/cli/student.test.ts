import { existsSync, readdirSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createStudentRepository, type StudentRepository } from './testing/student-repository.ts'

/** The commands that go along with `check`, as a student meets them one after the other. */
const STATE = '.out-of-order/progress.json'
const FILE = 'exercises/40-counter/counter.ts'
let student: StudentRepository
let starter: string
let solution: string
beforeAll(() => {
  student = createStudentRepository()
  starter = student.original('starter/counter.ts')
  solution = student.original('solution/counter.ts')
})
beforeEach(() => {
  rmSync(student.path('.out-of-order'), { recursive: true, force: true })
  student.answer(starter)
})
afterAll(() => student.remove())

const edited = (text: string) => `${text}\nexport const mine = 1\n`
async function row(exercise = '40 counter '): Promise<string> {
  const { code, stdout, stderr } = await student.run('progress')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').find(line => line.startsWith(`  ${exercise}`)) ?? stdout
}

describe('progress', () => {
  test('goes from not started over not checked, in progress and edited since to done', async () => {
    expect(await row()).toMatch(/○ not started/)
    student.answer(edited(starter))
    expect(await row()).toMatch(/● not checked/)
    await student.run('check', '40')
    expect(await row()).toMatch(/● in progress +just now +like no-dedupe/)
    student.answer(`${edited(starter)}export const more = 2\n`)
    expect(await row()).toMatch(/● edited since +just now/)
    student.answer(solution)
    await student.run('check', '40', '--samples', '0')
    expect(await row()).toMatch(/✓ done +just now +holds/)
    student.answer(`// A comment changes nothing.\n${solution}`)
    expect(await row()).toMatch(/✓ done/)
  })

  test('says where to go next', async () => {
    const { stdout } = await student.run('progress')
    expect(stdout).toMatch(/0 of 2 exercises done/)
    expect(stdout).toMatch(
      /Exercise 40 +Every order is counted once\.\n +Next +exercises\/40-counter\/README\.md/,
    )
  })

  test('puts a damaged file aside and goes on', async () => {
    await student.run('check', '40')
    student.write(STATE, '{ "version": 1, "exerc')
    const { code, stdout } = await student.run('progress')
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /could not be read\. It lies in \.out-of-order\/progress\.damaged-/,
    )
    const [aside] = readdirSync(student.path('.out-of-order')).filter(name => name.includes('damaged'))
    expect(student.read(`.out-of-order/${aside}`)).toBe('{ "version": 1, "exerc')
    expect(existsSync(student.path(STATE))).toBe(false)
  })

  test('names a file that is gone', async () => {
    rmSync(student.path(FILE))
    expect(await row()).toMatch(/✗ no file/)
  })

  test('is not moved by judging other answers than yours', async () => {
    student.answer(edited(starter))
    await student.run('check', '40', '--answer', 'solution', '--samples', '0')
    expect(await row()).toMatch(/not checked/)
  })
})

describe('hint', () => {
  test('goes up the ladder, then shows all of it and where the solution is', async () => {
    const hints: string[] = []
    for (let time = 0; time < 4; time++) hints.push((await student.run('hint', '40')).stdout)
    expect(hints[0]).toMatch(/like no-dedupe.*[\s\S]*Hint 1 of 3 +What happens to the second delivery\?/)
    expect(hints[0]).not.toContain('--peek')
    expect(hints[1]).toMatch(/Hint 2 of 3 +Every event has an id\./)
    expect(hints[2]).toMatch(/Hint 3 of 3 +Keep the ids in a table\.[\s\S]*npm run diff 40 -- --peek/)
    expect(hints[3]).toMatch(/Hint 1 [\s\S]*Hint 2 [\s\S]*Hint 3 [\s\S]*all the hints there are/)
  })

  test('begins again when the diagnosis changes', async () => {
    await student.run('hint', '40')
    student.answer(student.original('mistakes/memory-seen-set.ts'))
    const { stdout } = await student.run('hint', '40')
    expect(stdout).toMatch(/like memory-seen-set[\s\S]*Hint 1 of 3 +What does a new process know\?/)
  })

  test('offers the nearest neighbour as such when the mistake is not known', async () => {
    // The effect, then the id: only a crash in between does harm.
    student.answer(
      starter.replace(
        "if (event.type === 'OrderPlaced') count.run()",
        "if (db.prepare('SELECT 1 FROM inbox').get() !== undefined) return\n      count.run()\n      db.prepare('INSERT INTO inbox VALUES (?)').run(event.id)",
      ),
    )
    const hints: string[] = []
    for (let time = 0; time < 2; time++)
      hints.push((await student.run('hint', '40')).stdout.replaceAll(/\s+/g, ' '))
    for (const hint of hints) {
      expect(hint).toMatch(
        /no mistake that is known here\. Nearest, but not the same: memory-seen-set \(50 % alike\)/,
      )
      expect(hint).toMatch(/Go to the place in the report where the two runs part/)
      expect(hint).toMatch(/If it helps memory-seen-set is 50 % alike: the ids are forgotten/)
    }
    expect(hints[0]).toMatch(/Hint 1 of 3 What does a new process know\?/)
    expect(hints[1]).toMatch(/Hint 2 of 3 Memory ends with the process\./)
  })

  test('says what to do about a file that cannot be judged', async () => {
    student.answer('export const counter = async ( => {}')
    const { stdout } = await student.run('hint', '40')
    expect(stdout).toMatch(/counter\.ts:1:\d+: [\s\S]*Correct it and save\./)
  })

  test('has none for an answer that holds', async () => {
    student.answer(solution)
    expect((await student.run('hint', '40')).stdout).toMatch(/It holds: there is nothing to hint at\./)
  })
})

describe('diff', () => {
  test('is shown once the answer holds, or on request', async () => {
    const early = await student.run('diff', '40')
    expect(early.code).toBe(1)
    expect(early.stdout).toMatch(/does not hold yet/)
    expect(early.stdout).not.toContain('@@')
    const peeked = await student.run('diff', '40', '--peek')
    expect(peeked.code).toBe(0)
    expect(peeked.stdout).toMatch(/^@@ /m)
    expect(peeked.stdout).toMatch(/^\+.*remember\.run\(id\)/m)
    expect(peeked.stdout).toContain('solutions/40-counter/README.md')
    student.answer(edited(solution))
    const late = await student.run('diff', '40')
    expect(late.code).toBe(0)
    expect(late.stdout).toMatch(/^-export const mine = 1$/m)
  })

  test('says when there is no difference', async () => {
    student.answer(solution)
    expect((await student.run('diff', '40', '--peek')).stdout).toMatch(/letter for letter/)
  })
})

describe('reset', () => {
  test('brings the starter back and keeps every version of the file', async () => {
    const kept = () => readdirSync(student.path('.out-of-order/kept/40-counter')).sort()
    for (const text of ['one', 'two', 'three']) {
      student.answer(text)
      const { code, stdout } = await student.run('reset', '40')
      expect(code).toBe(0)
      expect(stdout).toMatch(/counter\.ts is the starter again/)
      expect(student.read(FILE)).toBe(starter)
    }
    const texts = kept().map(name => student.read(`.out-of-order/kept/40-counter/${name}`))
    expect(texts.sort()).toEqual(['one', 'three', 'two'])
  })

  test('has nothing to do for the starter itself, and mends a file that is gone', async () => {
    expect((await student.run('reset', '40')).stdout).toMatch(/Nothing to do/)
    rmSync(student.path(FILE))
    expect((await student.run('reset', '40')).stdout).toMatch(/was missing and is the starter again/)
    expect(student.read(FILE)).toBe(starter)
    expect(existsSync(student.path('.out-of-order/kept'))).toBe(false)
  })
})

test('every command points to reset when the file is gone, and names the exercises when there is no such one', async () => {
  rmSync(student.path(FILE))
  for (const command of ['hint', 'diff']) {
    const gone = await student.run(command, '40')
    expect(gone.code).toBe(1)
    expect(gone.stderr).toMatch(/There is no exercises\/40-counter\/counter\.ts\.\n +npm run reset 40/)
  }
  for (const command of ['hint', 'diff', 'reset']) {
    const unknown = await student.run(command, '7')
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(/There is no exercise "7"\.\n +There are 40-counter, 41-counter-again\./)
  }
})
