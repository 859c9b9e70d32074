import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { hashOf } from './content.ts'
import { ROOT } from './exercise.ts'
import { compileFromClone } from './grade-compile.ts'

/** A file whose text says where it comes from. */
const marker = (text: string) => `export const mark = '${text}'\n`
const SLOT = 'exercises/12-idempotent-consumer/inventory.ts'
const above = realpathSync(mkdtempSync(join(tmpdir(), 'clones-')))
let clone: string
let clones = 0
beforeEach(() => {
  clone = join(above, `clone-${++clones}`)
})
afterAll(() => rmSync(above, { recursive: true }))

function write(file: string, text: string | Buffer, folder = clone): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

const compile = (folder = clone, ours = ROOT) =>
  compileFromClone(SLOT, { exercise: '12-idempotent-consumer', clone: folder, ours })
async function codeOf(slot: string): Promise<string> {
  write(SLOT, slot)
  return (await compile()).code
}
async function refusalOf(slot?: string): Promise<WorkbenchError> {
  if (slot !== undefined) write(SLOT, slot)
  try {
    await compile()
  } catch (error) {
    if (error instanceof WorkbenchError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('from the clone come', () => {
  test('the answer and what it imports of the student’s, by whatever path', async () => {
    write('exercises/12-idempotent-consumer/near.ts', marker('near'))
    write('exercises/12-idempotent-consumer/named.ts', marker('named'))
    write('mine/far.ts', "export * from './further/index.ts'")
    write('mine/further/index.ts', marker('far'))
    const code = await codeOf(`
      import { mark as near } from './near.ts'
      import { mark as named } from '#exercises/12-idempotent-consumer/named.ts'
      import { mark as far } from '../../mine/far.ts'
      export const inventory = [near, named, far]
    `)
    expect(code).toMatch(/"near"[\s\S]*"named"[\s\S]*"far"/)
  })

  test('the student’s answers to other exercises, not those that lie here', async () => {
    const ours = join(above, 'instructor')
    write('exercises/02-other/other.ts', marker('of the instructor'), ours)
    write('exercises/02-other/starter/other.ts', marker('the starter'), ours)
    write('tsconfig.json', '{}', ours)
    write('exercises/02-other/other.ts', marker('of the student'))
    write(SLOT, "export { mark as inventory } from '#exercises/02-other/other.ts'")
    expect((await compile(clone, ours)).code).toContain('of the student')
  })
})

describe('from here come', () => {
  test('given files and the reference, whatever the clone has in their place', async () => {
    for (const file of [
      'exercises/09-outbox/outbox.ts',
      'solutions/02-event-envelope/envelope.ts',
      'simulator/world/errors.ts',
    ])
      write(file, 'export const createOutbox = "forged", parseEvent = "forged", WorkbenchError = "forged"')
    const code = await codeOf(`
      import { createOutbox } from '#exercises/09-outbox/outbox.ts'
      import { createOutbox as again } from '../09-outbox/outbox.ts'
      import { parseEvent } from '#work/02-event-envelope/envelope.ts'
      import { WorkbenchError } from '#simulator/world/errors.ts'
      export const inventory = [createOutbox, again, parseEvent, WorkbenchError]
    `)
    expect(code).not.toContain('forged')
    expect(code).toContain('INSERT INTO outbox')
  })

  test('packages, whatever the clone has installed', async () => {
    write('node_modules/string-width/package.json', '{ "main": "index.js" }')
    write('node_modules/string-width/index.js', 'module.exports = "forged"')
    const code = await codeOf("import width from 'string-width'; export const inventory = width")
    expect(code).not.toContain('forged')
    expect(code).toContain('ambiguous')
  })

  test('the rules for names: those of the clone lead nowhere', async () => {
    write('secret.ts', marker('forged'))
    write('package.json', '{ "imports": { "#simulator/*": "./secret.ts", "#mine": "./secret.ts" } }')
    write(
      'tsconfig.json',
      '{ "compilerOptions": { "paths": { "zod": ["./secret.ts"], "mine": ["./secret.ts"] } } }',
    )
    const code = await codeOf(`
      import { WorkbenchError } from '#simulator/world/errors.ts'
      import { z } from 'zod'
      export const inventory = [WorkbenchError, z]
    `)
    expect(code).not.toContain('forged')
    expect((await refusalOf("export * from '#mine'")).message).toMatch(/imports #mine, which is no file/)
    expect((await refusalOf("export * from 'mine'")).code).toBe('missing-package')
  })
})

test('the compiler is set as it is at home, where an import that nobody uses counts', async () => {
  write('exercises/12-idempotent-consumer/helper.ts', "export const mark = ''; globalThis.name = 'effect'")
  write('tsconfig.json', '{ "compilerOptions": { "verbatimModuleSyntax": false } }')
  expect(await codeOf("import { mark } from './helper.ts'; export const inventory = 1")).toContain('effect')
})

describe('refused is', () => {
  test.each([
    ['a path out of the clone', "export * from '../../../other/x.ts'", 'outside-import'],
    ['an absolute path', "export * from '/etc/hosts'", 'outside-import'],
    ['a path out of it by a name', "export * from '#exercises/../../other/x.ts'", 'outside-import'],
    ['an address', "export * from 'https://example.org/x.js'", 'outside-import'],
    ['a module in a URL', "export * from 'data:text/javascript,export const a = 1'", 'outside-import'],
    ['what a process does not have', "export * from 'node:fs'", 'outside-import'],
    [
      'the solution of the exercise itself',
      "export * from '#work/12-idempotent-consumer/inventory.ts'",
      'imports-solution',
    ],
    [
      'the same by its path',
      "export * from '../../solutions/12-idempotent-consumer/inventory.ts'",
      'imports-solution',
    ],
    ['what is not there', "export * from './nowhere.ts'", 'broken-file'],
    ['a large file', `export const inventory = '${'x'.repeat(1_000_000)}'`, 'broken-file'],
    ['what is no text', Buffer.from([0, 1, 2, 255, 254, 0]).toString('latin1'), 'broken-file'],
  ])('%s', async (_, text, code) => {
    const refusal = await refusalOf(text)
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(/^exercises\/12-idempotent-consumer\/inventory\.ts/)
    expect(refusal.message).not.toContain(above)
  })

  test('a link that leads out of the clone, for the answer, for what it imports and for its folder', async () => {
    write('x.ts', marker('another student’s'), join(above, 'another'))
    mkdirSync(join(clone, dirname(SLOT)), { recursive: true })
    symlinkSync(join(above, 'another/x.ts'), join(clone, SLOT))
    expect((await refusalOf()).message).toMatch(/is a link that leads out of the clone/)
    rmSync(join(clone, SLOT))
    symlinkSync(join(above, 'another'), join(clone, 'linked'))
    const refusal = await refusalOf("export * from '../../linked/x.ts'")
    expect(refusal.message).toBe('linked/x.ts is a link that leads out of the clone.')
  })

  test('the same when the clones lie in this repository', async () => {
    const ours = join(above, 'workbench')
    write('tsconfig.json', '{}', ours)
    write('clones/anna/x.ts', marker('another student’s'), ours)
    mkdirSync(join(ours, 'clones/ben', dirname(SLOT)), { recursive: true })
    symlinkSync(join(ours, 'clones/anna/x.ts'), join(ours, 'clones/ben', SLOT))
    await expect(compile(join(ours, 'clones/ben'), ours)).rejects.toThrow(`${SLOT} is a link that leads out`)
  })

  test('a folder in its place', async () => {
    mkdirSync(join(clone, SLOT), { recursive: true })
    expect((await refusalOf()).message).toMatch(/cannot be read as a file/)
  })
})

test('the same answer has the same content, wherever it lies, however it is laid out', async () => {
  const slot = (name: string) => `
    // ${name}
    import { parseEvent } from '#work/02-event-envelope/envelope.ts'
    import width from 'string-width'
    import { mark } from './helper.ts'
    export const inventory = () => [parseEvent, width, mark]
  `
  const hashes = new Set<string>()
  for (const folder of ['a', 'deep/down/b', 'c d']) {
    const other = join(clone, folder)
    write(SLOT, slot(folder), other)
    write('exercises/12-idempotent-consumer/helper.ts', `${marker('mine')}\n\n`, other)
    hashes.add(hashOf(await compile(other)))
  }
  expect(hashes.size).toBe(1)
  write('exercises/12-idempotent-consumer/helper.ts', marker('changed'), join(clone, 'a'))
  expect(hashes).not.toContain(hashOf(await compile(join(clone, 'a'))))
})

test('this repository is a clone, too', async () => {
  expect((await compile(ROOT)).code).toContain('weekly_sales')
})
