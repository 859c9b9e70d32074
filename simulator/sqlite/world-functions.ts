/**
 * SQL's own clocks and dice, replaced so that `datetime('now')`, CURRENT_TIMESTAMP and `random()` belong to the run.
 *
 * The calendar arithmetic stays SQLite's: a second connection computes it with the run's time in the place of 'now'.
 */
import type { Engine, EngineConnection, EngineStatement } from './engine.ts'

/** The clock and the dice of the run that uses a connection at the moment. */
export interface SqlEnvironment {
  now(): number
  random(): number
}

/** Which argument is the moment; the form without it means now. */
const CLOCK_FUNCTIONS: readonly { name: string; momentAt: readonly number[] }[] = [
  { name: 'date', momentAt: [0] },
  { name: 'time', momentAt: [0] },
  { name: 'datetime', momentAt: [0] },
  { name: 'julianday', momentAt: [0] },
  { name: 'unixepoch', momentAt: [0] },
  { name: 'strftime', momentAt: [1] },
  { name: 'timediff', momentAt: [0, 1] },
]

export function defineWorldFunctions(
  connection: EngineConnection,
  engine: Engine,
  environment: () => SqlEnvironment,
): void {
  const calendar = calendarOf(engine)
  for (const { name, momentAt } of CLOCK_FUNCTIONS) {
    connection.defineFunction(name, { varargs: true, deterministic: true }, (...args) => {
      for (const index of momentAt) placeMoment(args, index, environment)
      return calendar.call(name, args)
    })
  }
  const keywords = { current_timestamp: 'datetime', current_date: 'date', current_time: 'time' }
  for (const [keyword, name] of Object.entries(keywords)) {
    connection.defineFunction(keyword, { deterministic: true }, () =>
      calendar.call(name, [isoText(environment().now())]),
    )
  }
  connection.defineFunction('random', {}, () => {
    const high = BigInt(Math.floor(environment().random() * 4294967296))
    const low = BigInt(Math.floor(environment().random() * 4294967296))
    return BigInt.asIntN(64, (high << 32n) | low)
  })
  connection.defineFunction('randomblob', {}, (length: unknown) => {
    const bytes = new Uint8Array(Math.max(1, Number(length) || 0))
    for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(environment().random() * 256)
    return Buffer.from(bytes)
  })
}

function placeMoment(args: unknown[], index: number, environment: () => SqlEnvironment): void {
  const moment = args[index]
  if (args.length <= index) args[index] = isoText(environment().now())
  else if (typeof moment !== 'string') return
  else if (moment.toLowerCase() === 'now') args[index] = isoText(environment().now())
  else if (moment.toLowerCase().startsWith('subsec')) args.splice(index, 0, isoText(environment().now()))
}

/** As SQLite reads moments: UTC, with milliseconds. */
function isoText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '')
}

interface Calendar {
  call(name: string, args: readonly unknown[]): unknown
}

const calendars = new WeakMap<Engine, Calendar>()

function calendarOf(engine: Engine): Calendar {
  let calendar = calendars.get(engine)
  if (calendar === undefined) {
    calendar = createCalendar(engine)
    calendars.set(engine, calendar)
  }
  return calendar
}

function createCalendar(engine: Engine): Calendar {
  let connection: EngineConnection | undefined
  const statements = new Map<string, EngineStatement>()
  return {
    call(name, args) {
      const key = `${name}/${args.length}`
      let statement = statements.get(key)
      if (statement === undefined) {
        connection ??= engine.open()
        statement = connection.prepare(`SELECT ${name}(${args.map(() => '?').join(', ')})`)
        statement.pluck(true)
        statements.set(key, statement)
      }
      return statement.get(...args)
    },
  }
}
