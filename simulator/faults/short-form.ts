/**
 * The short form of a fault, for the command line and for links: `down:search@10s+30s`, `duplicate:inventory=0.2`,
 * `crash:inventory/commit order-7/OrderPlaced#1?when=before`.
 */
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { findFaultKind } from './catalogue.ts'
import { formatDuration } from './duration.ts'

const GRAMMAR =
  'Write kind:service@from+for, kind:service=rate or kind:process/operation subject#n, with further parameters after ?'
const WINDOW = /^([^@+=]*)(?:@([^+=]+))?(?:\+([^=]+))?(?:=(.+))?$/
const NUMERIC = new Set(['rate', 'share', 'times', 'status'])
const DURATIONS = new Set(['from', 'for', 'by'])

/**
 * Reads the text into fields; what they may be is for the plan's schema to say.
 * @throws WorkbenchError `bad-fault` when the text has no such form
 */
export function readShortForm(text: string): Record<string, unknown> {
  const colon = text.search(/[:@=]/)
  const kind = colon === -1 ? text : text.slice(0, colon)
  if (kind === '' || !/^[a-z-]+$/.test(kind)) throw badFault(text)
  // `broker-down@10s+30s` needs no target: there is one broker.
  const rest = colon === -1 ? '' : text[colon] === ':' ? text.slice(colon + 1) : text.slice(colon)
  const { target, parameters } = splitParameters(rest)
  const fields: Record<string, unknown> = { kind }
  if (target.includes('/')) {
    fields.at = target
  } else {
    const match = WINDOW.exec(target)
    if (match === null) throw badFault(text)
    const [, service, from, length, rate] = match
    if (service !== undefined && service !== '') fields.service = service
    if (from !== undefined) fields.from = from
    if (length !== undefined) fields.for = length
    if (rate !== undefined) fields.rate = toNumber(rate)
  }
  for (const [name, value] of parameters) fields[name] = NUMERIC.has(name) ? toNumber(value) : value
  return fields
}

/** The text that reads back as the same fault. */
export function writeShortForm(fault: Fault): string {
  const { kind, at, service, from, for: length, rate, ...parameters } = fault
  let text = kind
  const further: Record<string, unknown> = { ...parameters }
  if (at !== undefined) {
    text += `:${at}`
    if (length !== undefined) further.for = length
  } else {
    text += `:${service ?? ''}`
    if (from !== undefined) text += `@${formatDuration(from)}`
    if (length !== undefined) text += `+${formatDuration(length)}`
    if (rate !== undefined) text += `=${rate}`
  }
  const query = Object.entries(further)
    .filter(([name, value]) => value !== undefined && !isDefault(fault, name))
    .map(([name, value]) => `${name}=${DURATIONS.has(name) ? formatDuration(Number(value)) : value}`)
  return query.length === 0 ? text : `${text}?${query.join('&')}`
}

/** A parameter that its schema would fill in anyway need not be written. */
function isDefault(fault: Fault, name: string): boolean {
  const { kind, [name as keyof Fault]: _, ...others } = fault
  const forms = findFaultKind(kind)?.forms
  const schema = fault.at !== undefined ? forms?.site : fault.rate !== undefined ? forms?.rate : forms?.window
  const refilled = schema?.safeParse(others)
  return (
    refilled?.success === true && (refilled.data as Fault)[name as keyof Fault] === fault[name as keyof Fault]
  )
}

function splitParameters(rest: string): { target: string; parameters: [string, string][] } {
  // A site may hold a question mark of its own (a path with a query), so only a tail of name=value pairs counts.
  const match = /^(.*?)\?((?:[a-z]+=[^&]*)(?:&[a-z]+=[^&]*)*)$/.exec(rest)
  if (match === null) return { target: rest, parameters: [] }
  const parameters = match[2]!.split('&').map(pair => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), pair.slice(equals + 1)] as [string, string]
  })
  return { target: match[1]!, parameters }
}

/** Text that is no number stays as it is, for the schema to refuse with its place. */
function toNumber(text: string): number | string {
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? text : value
}

function badFault(text: string): WorkbenchError {
  return new WorkbenchError(
    'bad-fault',
    `The fault "${text}" cannot be read.`,
    `${GRAMMAR}, for example down:search@10s+30s.`,
  )
}
