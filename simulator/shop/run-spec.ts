/**
 * Everything that determines a run of the shop, and its text form, which fits in a link: `shop?orders=12&seed=7&fault=…`.
 */
import { z } from 'zod'
import { type Plan, parseFault, seedSchema } from '#simulator/faults/plan.ts'
import {
  firstOf,
  type Pair,
  readNumber,
  readPairs,
  refuseUnknownFields,
  writePairs,
} from '#simulator/faults/query.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { SHOP_TARGETS } from './targets.ts'

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
