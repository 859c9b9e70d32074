/**
 * Everything that determines a run of the shop, and its text form, which fits in a link: `shop?orders=12&seed=7&fault=…`.
 */
import { z } from 'zod'
import { nearest } from '#simulator/faults/nearest.ts'
import { type Plan, parseFault, seedSchema } from '#simulator/faults/plan.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { SHOP_TARGETS } from '#simulator/shop/targets.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface RunSpec {
  readonly plan: Plan
  /** Number of generated orders; ignored when there is a data folder. */
  readonly orders: number
  /** Folder of CSV files in the Northwind layout. */
  readonly data?: string
}

export const DEFAULT_ORDERS = 12
const FIELDS = ['orders', 'seed', 'data', 'fault'] as const

export const ordersSchema = z
  .number({ error: 'should be a whole number from 1 to 1000000' })
  .int('should be a whole number from 1 to 1000000')
  .min(1, 'should be a whole number from 1 to 1000000')
  .max(1_000_000, 'should be a whole number from 1 to 1000000')

/** The run as one word for a shell (in quotes) and for a link; reads back as the same run. */
export function writeRunSpec({ plan, orders, data }: RunSpec): string {
  return `shop?${writePairs([
    data === undefined ? ['orders', String(orders)] : ['data', data],
    ['seed', String(plan.seed)],
    ...plan.faults.map((fault): Pair => ['fault', writeShortForm(fault)]),
  ])}`
}

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

/** @throws WorkbenchError `bad-plan` naming the field and the nearest valid one */
export function readRunSpec(text: string): RunSpec {
  const question = text.indexOf('?')
  if (question === -1 || text.slice(0, question) !== 'shop') {
    throw new WorkbenchError(
      'bad-plan',
      `"${text}" is no plan.`,
      "Give the text that a run printed, such as 'shop?orders=12&seed=1&fault=down:search@2s+30s', or a JSON plan file.",
    )
  }
  const pairs = readPairs(text.slice(question + 1))
  refuseUnknownFields(pairs, FIELDS)
  const first = (name: string) => firstOf(pairs, name)
  const faults = pairs
    .filter(([field]) => field === 'fault')
    .map(([, fault], index) => parseFault(fault, `plan, fault ${index + 1}`, SHOP_TARGETS))
  const data = first('data')
  return {
    plan: { seed: readNumber('seed', first('seed') ?? '1', seedSchema), faults },
    orders: readNumber('orders', first('orders') ?? String(DEFAULT_ORDERS), ordersSchema),
    ...(data === undefined ? {} : { data }),
  }
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
