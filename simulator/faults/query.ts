/**
 * The text form of what determines a run, as it stands in a link: names and values.
 */
import type { z } from 'zod'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { nearest } from './nearest.ts'

export type Pair = [name: string, value: string]

/** `seed=1&fault=…` */
export function writePairs(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${encode(value)}`).join('&')
}

/** Percent-encoding of what would end the value, the link or the quotes; all else is much easier to read as it is. */
function encode(value: string): string {
  return encodeURIComponent(value)
    .replace(/%(?:3A|2F|40|3F|3D|2C|2B)/g, code => decodeURIComponent(code))
    .replaceAll("'", '%27')
}

/** Unlike a form's, a plus sign is a plus sign here: windows are written with one. */
export function readPairs(query: string): Pair[] {
  return query
    .split('&')
    .filter(pair => pair !== '')
    .map((pair): Pair => {
      const equals = pair.indexOf('=')
      const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      try {
        return [decodeURIComponent(name), decodeURIComponent(value)]
      } catch {
        throw new WorkbenchError(
          'bad-plan',
          `The plan has a broken percent sign in "${pair}".`,
          'Write a percent sign as %25.',
        )
      }
    })
}

/** The value of a field; the first, if it is given several times. */
export function firstOf(pairs: readonly Pair[], name: string): string | undefined {
  return pairs.find(([field]) => field === name)?.[1]
}

/** @throws WorkbenchError `bad-plan` naming the nearest valid field */
export function refuseUnknownFields(pairs: readonly Pair[], valid: readonly string[]): void {
  for (const [field] of pairs) {
    if (valid.includes(field)) continue
    throw new WorkbenchError(
      'bad-plan',
      `The plan has an unknown field "${field}".`,
      `Did you mean ${nearest(field, valid, 1)[0]}? Valid are ${valid.join(', ')}.`,
    )
  }
}

/**
 * A number from the command line or a link.
 * @throws WorkbenchError `bad-number` naming the option
 */
export function readNumber(name: string, text: string, schema: z.ZodType<number>): number {
  const result = schema.safeParse(text.trim() === '' ? Number.NaN : Number(text))
  if (result.success) return result.data
  throw new WorkbenchError(
    'bad-number',
    `${name} ${result.error.issues[0]!.message}, but is "${text}".`,
    'Correct it and run the command again.',
  )
}
