import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Arrows point one way: a room may use rooms of the rows above its own, and itself. */
const ROWS: readonly (readonly string[])[] = [
  ['world', 'service.ts'],
  ['kafka', 'sqlite', 'http', 'event-store'],
  ['faults', 'trace'],
  ['scenario'],
  ['explore'],
  ['desk'],
  ['solutions', 'exercises'],
  ['shop'],
  ['live'],
  ['cli', 'bench', 'lab'],
]
const ARROWS = ROWS.map(row => row.join(' | ')).join(' <- ')

/** Arrows that point elsewhere, each with its reason. One that is no longer used has to go. */
const EXCEPTIONS: readonly { file: string; target: string; typeOnly: boolean; reason: string }[] = [
  {
    file: 'simulator/http/network.ts',
    target: 'simulator/scenario/scenario.ts',
    typeOnly: true,
    reason: 'an outside party is part of a scenario, and the network is what it is reached by',
  },
  {
    file: 'simulator/bench/main.ts',
    target: 'simulator/cli/terminal.ts',
    typeOnly: false,
    reason: 'it prints tables as the commands do',
  },
  {
    file: 'simulator/bench/flow.ts',
    target: 'simulator/cli/northwind.ts',
    typeOnly: false,
    reason: 'it measures the flow of a data folder, read as the commands read it',
  },
]

/** What exercises and solutions may use of the simulator, so that the same files run on a real broker. */
const OPEN_TO_SERVICES = [/^simulator\/service\.ts$/, /^simulator\/event-store\//]

/** Where the clock and the dice of the platform are asked for by name, each with its reason. */
const OWN_CLOCK: Readonly<Record<string, string>> = {
  'simulator/kafka/produce.ts':
    'a timestamp is the sending client’s, so it is off when that process’s clock is',
  'simulator/kafka/connection.ts': 'a request times out by the clock of the client, as in KafkaJS',
  'simulator/kafka/client-nodes.ts': 'metadata grows old by the clock of the client, as in KafkaJS',
  'simulator/kafka/partitioner.ts':
    'where a round of partitions begins is drawn from the dice of the sending process, as in KafkaJS',
  'simulator/sqlite/databases.ts': 'the SQL of a process shares the clock and the dice of its JavaScript',
  'simulator/event-store/sqlite.ts': 'it runs in the process of its caller, in a world as outside one',
  'simulator/event-store/log.ts': 'without a runtime it is an ordinary store for ordinary tests',
}
const DETERMINISTIC = ['kafka', 'sqlite', 'http', 'event-store', 'trace', 'faults', 'scenario', 'explore']
const CLOCK = /\bMath\.random\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\brandomUUID\(/

/** Rooms that run in Node only; the others must come to run in a browser's worker. */
const NODE_ROOMS = ['desk', 'cli', 'bench', 'live']
/** Folders of the page's room that never get into the page: what builds it, and what tests it. */
const NODE_FOLDERS = ['simulator/lab/vite/', 'simulator/lab/testing/']

const ROOT = join(import.meta.dirname, '..')
/** What students edit is theirs: nothing here looks at it. */
const isStudents = (file: string) =>
  file.startsWith('exercises/') && !/\/(starter|mistakes)\/|\/check(\.test)?\.ts$/.test(file)
const SOURCES = ['simulator', 'solutions', 'exercises'].flatMap(filesUnder).filter(file => !isStudents(file))
/** Contract suites are tests too, entered by several test files. */
const isTest = (file: string) => /\.test\.ts$|\/contract(\/|\.ts$)|\/testing\.ts$/.test(file)
const CODE = SOURCES.filter(file => !isTest(file))
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Import {
  readonly file: string
  /** A path from the root of the repository, or the name of a package. */
  readonly target: string
  readonly typeOnly: boolean
}

const IMPORTS: readonly Import[] = CODE.flatMap(importsOf)

describe('arrows', () => {
  test('are found at all, of every form', () => {
    expect(CODE.length).toBeGreaterThan(100)
    const source = `
      import { a, type B } from '#simulator/world/a.ts'
      import type {
        C,
      } from '../kafka/b.ts'
      import { type D, type E } from './c.ts'
      export * from '#work/10-relay/relay.ts'
      import '#exercises/09-outbox/outbox.ts'
      import './side-effect.ts'
      const lazy = await import('#simulator/cli/d.ts')
      type F = import('#simulator/lab/e.ts').F
      // import { g } from './comment.ts'
    `
    expect(readImports('simulator/sqlite/x.ts', source)).toEqual([
      { file: 'simulator/sqlite/x.ts', target: 'simulator/world/a.ts', typeOnly: false },
      { file: 'simulator/sqlite/x.ts', target: 'simulator/kafka/b.ts', typeOnly: true },
      { file: 'simulator/sqlite/x.ts', target: 'simulator/sqlite/c.ts', typeOnly: true },
      { file: 'simulator/sqlite/x.ts', target: 'solutions/10-relay/relay.ts', typeOnly: false },
      { file: 'simulator/sqlite/x.ts', target: 'exercises/09-outbox/outbox.ts', typeOnly: false },
      { file: 'simulator/sqlite/x.ts', target: 'simulator/sqlite/side-effect.ts', typeOnly: false },
      { file: 'simulator/sqlite/x.ts', target: 'simulator/cli/d.ts', typeOnly: false },
      { file: 'simulator/sqlite/x.ts', target: 'simulator/lab/e.ts', typeOnly: false },
    ])
  })

  test('point one way', () => {
    expect(violations(IMPORTS)).toEqual([])
  })

  test('that point another way are noticed', () => {
    const wrong = (file: string, target: string, typeOnly = false) => violations([{ file, target, typeOnly }])
    expect(wrong('simulator/world/a.ts', 'simulator/kafka/b.ts')).toEqual([
      `simulator/world/a.ts imports simulator/kafka/b.ts: arrows point ${ARROWS}`,
    ])
    expect(wrong('simulator/kafka/a.ts', 'simulator/sqlite/b.ts')).toHaveLength(1)
    expect(wrong('simulator/http/network.ts', 'simulator/scenario/scenario.ts')).toHaveLength(1)
    expect(wrong('simulator/kafka/a.ts', 'solutions/09-outbox/outbox.ts')).toHaveLength(1)
    expect(wrong('solutions/10-relay/relay.ts', 'simulator/kafka/cluster.ts')).toHaveLength(1)
    expect(wrong('solutions/10-relay/relay.ts', 'simulator/service.ts')).toHaveLength(1)
    expect(wrong('solutions/10-relay/relay.ts', 'simulator/shop/topics.ts', true)).toHaveLength(1)
    expect(wrong('solutions/09-outbox/order-store.ts', 'exercises/09-outbox/outbox.ts')).toEqual([])
    expect(wrong('solutions/09-outbox/order-store.ts', 'exercises/09-outbox/mistakes/x.ts')).toHaveLength(1)
    expect(wrong('simulator/nowhere/a.ts', 'simulator/world/b.ts')).toHaveLength(1)
  })

  test('of the exceptions are all still there', () => {
    const unused = EXCEPTIONS.filter(
      ({ file, target }) => !IMPORTS.some(found => found.file === file && found.target === target),
    )
    expect(unused).toEqual([])
  })

  test('of the simulator to Node come only from rooms that run in Node only', () => {
    const strangers = IMPORTS.filter(
      ({ file, target }) =>
        target.startsWith('node:') &&
        file.startsWith('simulator/') &&
        !NODE_ROOMS.includes(roomOf(file)) &&
        !NODE_FOLDERS.some(folder => file.startsWith(folder)),
    )
    expect(strangers).toEqual([])
  })
})

describe('the simulated rooms', () => {
  const rooms = CODE.filter(file => DETERMINISTIC.includes(roomOf(file)))

  test('ask no clock and throw no dice but through the port', () => {
    const found = rooms.filter(file => CLOCK.test(withoutComments(text(file))))
    expect(found.filter(file => OWN_CLOCK[file] === undefined)).toEqual([])
  })

  test('have no exception that is no longer needed', () => {
    const unused = Object.keys(OWN_CLOCK).filter(file => !CLOCK.test(withoutComments(text(file))))
    expect(unused).toEqual([])
  })

  test('do not wait on timers of the platform', () => {
    const found = rooms.filter(file =>
      /(?<![.\w])set(Timeout|Interval|Immediate)\(/.test(withoutComments(text(file))),
    )
    expect(found).toEqual([])
  })
})

describe('every file', () => {
  test('is checked by the compiler: nothing is switched off', () => {
    const marks = ['ignore', 'nocheck', 'expect-error'].map(mark => `@ts-${mark}`)
    expect(SOURCES.filter(file => marks.some(mark => text(file).includes(mark)))).toEqual([])
  })

  test('has all its tests run: none is singled out, none is skipped without a condition', () => {
    const singled = /\b(describe|it|test)(\.\w+)*\.(only|skip|todo)\b(?!If)/
    expect(
      SOURCES.filter(file => file.endsWith('.test.ts') && singled.test(withoutComments(text(file)))),
    ).toEqual([])
  })

  test('opens by saying what it is', () => {
    const silent = CODE.filter(file => file.startsWith('simulator/') && !/^\/\*\*\n \* \S/.test(text(file)))
    expect(silent).toEqual([])
  })
})

function violations(imports: readonly Import[]): string[] {
  return imports
    .filter(found => isOurs(found.target) && !isAllowed(found))
    .map(({ file, target }) => `${file} imports ${target}: arrows point ${ARROWS}`)
}

function isAllowed({ file, target, typeOnly }: Import): boolean {
  const from = roomOf(file)
  const to = roomOf(target)
  if (EXCEPTIONS.some(e => e.file === file && e.target === target && (typeOnly || !e.typeOnly))) return true
  if (from === to) return ROWS.flat().includes(from)
  // Answers build on each other and on what an exercise gives; nobody builds on a check or on what is known to be wrong.
  if (isOfServices(from) && isOfServices(to))
    return !BEHIND_THE_CHECK.test(target) || BEHIND_THE_CHECK.test(file)
  if (!(rowOf(from) > rowOf(to))) return false
  // What checks exercises is the workbench's; what a student writes sees types and the event store, and other exercises.
  const isService = isOfServices(from) && !/\/check(\.ts$|\/)/.test(file)
  if (!isService) return true
  if (/\/mistakes\//.test(file) && target === 'simulator/explore/check.ts') return typeOnly
  return OPEN_TO_SERVICES.some(open => open.test(target)) && (typeOnly || to === 'event-store')
}

/** What judges, and what is judged only: a check with its folder, known mistakes, starters. */
const BEHIND_THE_CHECK = /\/(check|check\.test)\.ts$|\/(check|mistakes|starter)\//
const isOfServices = (room: string) => room === 'solutions' || room === 'exercises'

/** `simulator/kafka/cluster.ts` is in the room `kafka`, `solutions/09-outbox/outbox.ts` in `solutions`. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'simulator' ? second : first
}

function rowOf(room: string): number {
  const row = ROWS.findIndex(rooms => rooms.includes(room))
  // A room that nobody has placed may neither use others nor be used.
  return row === -1 ? Number.NaN : row
}

function isOurs(target: string): boolean {
  return /^(simulator|solutions|exercises)\//.test(target)
}

function importsOf(file: string): Import[] {
  return readImports(file, text(file))
}

function readImports(file: string, source: string): Import[] {
  const found =
    /\b(?:import|export)\s+(type\s+)?([\w*{][^'"();]*?)from\s+['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g
  return [...withoutComments(source).matchAll(found)].map(([, type, names = '', from, bare]) => ({
    file,
    target: resolve(file, (from ?? bare)!),
    typeOnly: type !== undefined || /^\{(\s*type\s+\w+(\s+as\s+\w+)?\s*,?)+\s*\}\s*$/.test(names),
  }))
}

function resolve(file: string, target: string): string {
  if (target.startsWith('.')) return posix.join(posix.dirname(file), target)
  if (/^#(simulator|exercises)\//.test(target)) return target.slice(1)
  if (target.startsWith('#work/')) return `solutions/${target.slice('#work/'.length)}`
  return target
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** TypeScript files under a folder of the repository, in order; none when there is no such folder. */
function filesUnder(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map(file => posix.join(folder, file.replaceAll('\\', '/')))
      .filter(file => file.endsWith('.ts') && !file.includes('node_modules'))
      .sort()
  } catch {
    return []
  }
}
