import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createStudentRepository, type StudentRepository } from './testing/student-repository.ts'

let student: StudentRepository
let starter: string
let solution: string
beforeAll(() => {
  student = createStudentRepository()
  starter = student.original('starter/counter.ts')
  solution = student.original('solution/counter.ts')
})
beforeEach(() => student.answer(starter))
afterAll(() => student.remove())

const check = (...args: string[]) => student.run('check', ...args)
async function checkJson(...args: string[]) {
  const { code, stdout, stderr } = await check(...args, '--json')
  expect(stderr).toBe('')
  return {
    code,
    objects: stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
  }
}

describe('a failing answer', () => {
  test('is told what was promised, what happened, under which fault, like what, and how to see it again', async () => {
    const { code, stdout, stderr } = await check('40')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toMatch(/^✗ 40 counter {2}exercises\/40-counter\/counter\.ts\n/)
    expect(stdout).toMatch(/Promised +Every order is counted once\./)
    expect(stdout).toMatch(/Happened +doubled: the count is 2 instead of 1: order-1 was counted 2 times\./)
    expect(stdout).toMatch(
      /Fault +The message OrderPlaced of order-1 is delivered to counter twice, at once\./,
    )
    expect(stdout).toMatch(/with the fault.*┃.*without it/)
    expect(stdout).toContain('here the runs part')
    expect(stdout).toMatch(/Diagnosis +This behaves like no-dedupe: every delivery counts/)
    expect(stdout).toMatch(/Hint +What happens to the second delivery\?/)
    expect(stdout).toMatch(
      /Tried +The run without a fault and all \d+ single faults\. \d+ of the single faults break/,
    )
    expect(stdout).toMatch(/npm run hint 40/)
    expect(stdout).toContain(
      "npm run check 40 -- --plan 'seed=1&fault=duplicate:counter/deliver%20order-1/OrderPlaced%231'",
    )
    expect(
      Math.max(
        ...stdout
          .split('\n')
          .filter(line => !line.includes('--plan'))
          .map(line => line.length),
      ),
    ).toBeLessThanOrEqual(100)
  })

  test('that behaves like nothing known is not forced into a name', async () => {
    student.answer(starter.replace("event.type === 'OrderPlaced'", "message.offset === 'never'"))
    const { stdout } = await check('40')
    expect(stdout).toMatch(/Happened +lost: the count is 0 instead of 1/)
    expect(stdout).toMatch(/Fault +Nothing goes wrong at all/)
    expect(stdout).toContain('This behaves like no mistake that is known here.')
    expect(stdout).not.toMatch(/^ +Hint/m)
  })

  test('that throws is told what it threw', async () => {
    student.answer(starter.replace('count.run()', "throw new TypeError('no such thing')"))
    const { code, stdout } = await check('40')
    expect(code).toBe(1)
    expect(stdout).toMatch(/Thrown +counter threw .*TypeError: no such thing\./)
  })
})

test('an answer that throws when it starts is told so, though what is noticed first is a missing table', async () => {
  student.answer(starter.replace('CREATE TABLE IF NOT EXISTS counted', 'CREATE TABL counted'))
  const { code, stdout } = await check('40')
  expect(code).toBe(1)
  const flat = stdout.replaceAll(/\s+/g, ' ')
  expect(flat).toMatch(/Thrown counter threw when it started.*syntax error/)
})

describe('an answer that holds', () => {
  test('is told exactly what was tried, never that it is proved, and where to go on', async () => {
    student.answer(solution)
    const { code, stdout, stderr } = await check('40', '--samples', '20')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const flat = stdout.replaceAll(/\s+/g, ' ')
    expect(flat).toMatch(/It holds Every order is counted once\./)
    expect(flat).toMatch(
      /Tried The run without a fault, all \d+ single faults, all \d+ pairs and 20 sampled plans of 3 to 6\. Nothing broke\. [\d,]+ runs in [\d.]+ m?s/,
    )
    expect(flat).toMatch(/Next npm run diff 40 .*exercises\/41-counter-again/)
    expect(flat).not.toMatch(/prove/i)
  })
})

describe('a file that cannot be judged gets one sentence and a next step:', () => {
  const handler = (code: string) => starter.replace('count.run()', code)
  const cases: [string, () => string, RegExp][] = [
    [
      'a syntax error',
      () => starter.replace('async ({', 'async (('),
      /counter\.ts:\d+:\d+: .*Correct it and save\./,
    ],
    [
      'another export',
      () => starter.replace('const counter', 'const cuonter'),
      /has to export counter, but it exports cuonter\..*Export an async function/,
    ],
    [
      'a file of Node’s',
      () => `import { readFileSync } from 'node:fs'\n${handler("readFileSync('x')")}`,
      /imports node:fs, which does not exist inside the simulation\..*Next/,
    ],
    [
      'an endless loop',
      () => handler('for (;;) {}'),
      /counter(?:\.ts)? never yields: a single step took more than 0\.5 s\..*Look for a loop/,
    ],
    [
      'a promise that never settles',
      () => handler('await new Promise(() => {})'),
      /waiting for a promise that nothing will settle\..*Look for a promise/,
    ],
    [
      'a missing table',
      () => starter.replaceAll('counted', 'tally'),
      /The table counted \(orders\) cannot be read.*Create it when the service starts/,
    ],
  ]
  test.each(cases)('%s', async (_, text, sentence) => {
    student.answer(text())
    const { code, stdout, stderr } = await check('40', '--hard-limit', '500ms', '--workers', '1')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(sentence)
    expect(stdout).not.toMatch(/^ {4}at |\bundefined\b/m)
  })

  test('a file that is gone', async () => {
    student.answer('')
    const { rmSync } = await import('node:fs')
    rmSync(student.path('exercises/40-counter/counter.ts'))
    const { code, stdout } = await check('40')
    expect(code).toBe(1)
    expect(stdout).toContain('There is no exercises/40-counter/counter.ts.')
    expect(stdout).toContain('npm run reset')
  })
})

describe('--json', () => {
  test('prints one object a line and nothing else, the same every time but for realMs', async () => {
    const first = await checkJson('40')
    const again = await checkJson('40')
    expect(first.code).toBe(1)
    expect(first.objects).toHaveLength(1)
    expect(first.objects[0]).toMatchObject({
      exercise: '40-counter',
      answer: 'yours',
      file: 'exercises/40-counter/counter.ts',
      holds: false,
      refused: null,
      coverage: { singles: expect.any(Number), pairs: 0, allPairs: null, samples: 0, sampleSizes: [3, 6] },
      broken: [
        {
          guarantee: 'counted-once',
          promise: 'Every order is counted once.',
          outcome: 'doubled',
          happened: ['the count is 2 instead of 1: order-1 was counted 2 times'],
          plan: 'seed=1&fault=duplicate:counter/deliver%20order-1/OrderPlaced%231',
          trouble: null,
          explanation: { ladder: expect.any(Object) },
        },
      ],
      diagnosis: { kind: 'known', mistakes: ['no-dedupe'], hint: 'What happens to the second delivery?' },
      realMs: expect.any(Number),
    })
    expect({ ...again.objects[0], realMs: 0 }).toEqual({ ...first.objects[0], realMs: 0 })
  })

  test('has an object for each exercise', async () => {
    const { objects, code } = await checkJson(
      '40',
      '41-counter-again',
      '--answer',
      'solution',
      '--samples',
      '0',
    )
    expect(code).toBe(0)
    expect(objects.map(({ exercise, holds, broken }) => [exercise, holds, broken])).toEqual([
      ['40-counter', true, []],
      ['41-counter-again', true, []],
    ])
  })
})

test('all exercises get a line each, and the first that fails is pointed to', async () => {
  student.answer(solution)
  const { code, stdout } = await check()
  expect(code).toBe(1)
  expect(stdout).toMatch(/^✓ 40 counter +holds under \d+ plans$/m)
  expect(stdout).toMatch(/^✗ 41 counter-again +counted-once: doubled, like no-dedupe$/m)
  expect(stdout).toMatch(/1 exercise of 2 holds/)
  expect(stdout).toContain('npm run check 41')
})

describe('--plan', () => {
  const breaking = 'seed=1&fault=duplicate:counter/deliver%20order-1/OrderPlaced%231'

  test('runs exactly this plan, and says so whether it breaks or holds', async () => {
    const broken = await check('40', '--plan', breaking)
    expect(broken.code).toBe(1)
    expect(broken.stdout).toMatch(/Happened +doubled: the count is 2 instead of 1/)
    expect(broken.stdout).toContain('here the runs part')
    student.answer(solution)
    const held = await check('40', '--plan', breaking)
    expect(held.code).toBe(0)
    expect(held.stdout).toMatch(/It holds +Every guarantee holds under this plan\./)
    expect(held.stdout).toContain('here the runs part')
    expect(held.stdout).not.toContain('✗')
  })

  test('is what replay does with a plan that names an exercise', async () => {
    const { code, stdout } = await student.run('replay', `40?${breaking}`)
    expect(code).toBe(1)
    expect(stdout).toMatch(/Happened +doubled: the count is 2 instead of 1/)
  })

  test('with --json prints one object', async () => {
    const { code, objects } = await checkJson('40', '--plan', breaking)
    expect(code).toBe(1)
    expect(objects).toEqual([expect.objectContaining({ holds: false, plan: breaking, refused: null })])
  })
})

describe('refuses', () => {
  /** One sentence on what is wrong, one on what to do next, and nothing else. */
  async function refusal(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await check(...args)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^✗ \S[^✗]*[.?]\n {2}\S[^✗]*\.\n$/)
    expect(code).toBe(2)
    return stderr.replaceAll(/\s+/g, ' ').trim()
  }

  test('an exercise that there is not, with those there are', async () => {
    expect(await refusal('99')).toBe('✗ There is no exercise "99". There are 40-counter, 41-counter-again.')
  })

  test('an answer that there is not, with the nearest', async () => {
    expect(await refusal('40', '--answer', 'no-dedup')).toMatch(
      /has no answer "no-dedup"\. Did you mean no-dedupe /,
    )
  })

  test('numbers and durations that are none', async () => {
    const [workers, limit, samples, seed] = await Promise.all([
      refusal('40', '--workers', '0'),
      refusal('40', '--hard-limit', 'soon'),
      refusal('40', '--samples', '-1'),
      refusal('40', '--seed', 'x'),
    ])
    expect(workers).toMatch(/--workers should be a whole number from 1 to 64, but is "0"/)
    expect(limit).toMatch(/--hard-limit should be a duration .* but is "soon"/)
    expect(samples).toMatch(/--samples should be a whole number from 0 .* but is "-1"/)
    expect(seed).toMatch(/seed should be a whole number from 0 .* but is "x"/)
  })

  test('plans with unknown fields, kinds, services and sites, with the nearest valid ones', async () => {
    const of = (plan: string) => refusal('40', '--plan', plan)
    const [field, kind, service, site] = await Promise.all([
      of('seed=1&falt=crash'),
      of('fault=crush:counter/x'),
      of('fault=down:conter@1s'),
      of('fault=crash:counter/deliver order-1/OrderPlacd'),
    ])
    expect(field).toMatch(/unknown field "falt"\. Did you mean fault\?/)
    expect(kind).toMatch(/no fault "crush"\. Did you mean crash /)
    expect(service).toMatch(/no service or outside party "conter" .*Did you mean counter/)
    expect(site).toMatch(
      /never came by the site .*The nearest it came by: counter\/deliver order-1\/OrderPlaced#1/,
    )
  })

  test('a plan for several exercises, and options that exclude each other', async () => {
    expect(await refusal('--plan', 'seed=1')).toMatch(/--plan is for one exercise/)
    expect(await refusal('40', '--watch', '--json')).toMatch(/--watch and --json exclude each other/)
  })
})
