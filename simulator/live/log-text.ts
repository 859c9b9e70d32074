/**
 * Log lines for a person who reads along: when, who, what, and dimmed what else there is to know.
 */
import { Writable } from 'node:stream'
import pc from 'picocolors'

type Fields = Readonly<Record<string, unknown>>
type Paint = ReturnType<typeof pc.createColors>

/** Shown in their own way, or said by the message already. */
const OWN_FIELDS = new Set([
  'level',
  'time',
  'service',
  'msg',
  'err',
  'reason',
  'trace_id',
  'topic',
  'partition',
  'offset',
  'status',
  'ms',
  'url',
  'group',
  'partitions',
])
const SERVICE_WIDTH = 13
const MESSAGE_WIDTH = 38
const NARROWEST_MESSAGE = 28
/** Enough for where it was and how long it took. */
const DETAILS_WIDTH = 22
const TRACE_DIGITS = 8

/** Takes lines of JSON, as pino writes them. */
export function toTextLines(out: NodeJS.WritableStream): Writable {
  const paint = pc.createColors('isTTY' in out && out.isTTY === true && pc.isColorSupported)
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const width = 'columns' in out ? Number(out.columns) || undefined : undefined
      for (const line of String(chunk).split('\n'))
        if (line !== '') out.write(`${toText(JSON.parse(line) as Fields, paint, width)}\n`)
      done()
    },
  })
}

/**
 * `12:03:04.567  inventory      handled OrderPlaced order-7             order.events/2@14  3 ms  trace 0af76519`
 * @param width of the terminal: a line that nothing went wrong in is cut there, so that one thing that happens is one line
 */
function toText(fields: Fields, paint: Paint, width: number | undefined): string {
  const { level, time, service = '', msg, reason, err } = fields
  const [sign, colour] = SIGNS[String(level)] ?? [' ', (_: Paint, text: string) => text]
  const head = `${clock(String(time))} ${sign} ${String(service).padEnd(SERVICE_WIDTH)}  `
  const message = reason === undefined ? String(msg) : `${msg}: ${reason}`
  const details = detailsOf(fields).join('  ')
  const room = width === undefined || sign !== ' ' ? Number.POSITIVE_INFINITY : width - head.length
  const messageWidth = Math.max(NARROWEST_MESSAGE, Math.min(MESSAGE_WIDTH, room - DETAILS_WIDTH))
  const space = details === '' ? '' : `${' '.repeat(Math.max(0, messageWidth - message.length))}  `
  const shown = cut(message, room)
  const rest = cut(`${space}${details}`, Math.max(0, room - shown.length))
  const line = `${paint.dim(head.slice(0, 13))}${colour(paint, head.slice(13) + shown)}${paint.dim(rest)}`
  return [line.trimEnd(), ...stackOf(err).map(text => paint.dim(`    ${text}`))].join('\n')
}

const SIGNS: Readonly<Record<string, [sign: string, colour: (paint: Paint, text: string) => string]>> = {
  warn: ['!', (paint, text) => paint.yellow(text)],
  error: ['✗', (paint, text) => paint.red(text)],
  fatal: ['✗', (paint, text) => paint.red(text)],
}

/** As the clock on the wall shows it; the lines of JSON have the date and UTC. */
function clock(time: string): string {
  const at = new Date(time)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function detailsOf(fields: Fields): string[] {
  const { topic, partition, offset, status, ms, url, trace_id: traceId } = fields
  return [
    ...(topic === undefined ? [] : [place(topic, partition, offset)]),
    ...(status === undefined ? [] : [String(status)]),
    ...(ms === undefined ? [] : [`${ms} ms`]),
    ...(url === undefined ? [] : [String(url)]),
    ...Object.entries(fields)
      .filter(([name, value]) => !OWN_FIELDS.has(name) && value !== undefined && value !== null)
      .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`),
    ...(typeof traceId === 'string' ? [`trace ${traceId.slice(0, TRACE_DIGITS)}`] : []),
  ]
}

/** `order.events/2@14` */
function place(topic: unknown, partition: unknown, offset: unknown): string {
  return `${topic}${partition === undefined ? '' : `/${partition}`}${offset === undefined ? '' : `@${offset}`}`
}

/** With the causes that pino has put into it. */
function stackOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return []
  return String(error.stack).split('\n')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
