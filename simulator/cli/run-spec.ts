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
  const query = new URLSearchParams()
  if (data === undefined) query.set('orders', String(orders))
  else query.set('data', data)
  query.set('seed', String(plan.seed))
  for (const fault of plan.faults) query.append('fault', writeShortForm(fault))
  // These are safe within a quoted word and a query, and much easier to read as they are.
  const text = query
    .toString()
    .replace(/%3A/g, ':')
    .replace(/%2F/g, '/')
    .replace(/%40/g, '@')
    .replace(/%3F/g, '?')
    .replace(/%3D/g, '=')
  return `shop?${text}`
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
  const query = new URLSearchParams(text.slice(question + 1))
  for (const field of query.keys()) {
    if ((FIELDS as readonly string[]).includes(field)) continue
    throw new WorkbenchError(
      'bad-plan',
      `The plan has an unknown field "${field}".`,
      `Did you mean ${nearest(field, FIELDS, 1)[0]}? Valid are ${FIELDS.join(', ')}.`,
    )
  }
  const faults = query
    .getAll('fault')
    .map((fault, index) => parseFault(fault, `plan, fault ${index + 1}`, SHOP_TARGETS))
  const data = query.get('data')
  return {
    plan: { seed: readNumber('seed', query.get('seed') ?? '1', seedSchema), faults },
    orders: readNumber('orders', query.get('orders') ?? String(DEFAULT_ORDERS), ordersSchema),
    ...(data === null ? {} : { data }),
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
