/**
 * Reads a folder of CSV files in the Northwind layout: products.csv, orders.csv and order-details.csv.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { nearest } from '#simulator/faults/nearest.ts'
import type { DataSet } from '#simulator/shop/data-set.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'should be a whole number from 0')
  .transform(Number)
const cents = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,2}0*)?$/, 'should be an amount such as 14.00')
  .transform(text => Math.round(Number(text) * 100))
/** A share of one with at most four places, in hundredths of a percent. */
const basisPoints = z
  .string()
  .regex(/^(0(\.\d{1,4}0*)?|1(\.0+)?)$/, 'should be a discount from 0 to 1 with at most four places')
  .transform(text => Math.round(Number(text) * 10_000))
const identifier = z.string().regex(/^[\w-]{1,40}$/, 'should be an identifier')
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}([ T].*)?$/, 'should be a date such as 1996-07-04')
  .transform(text => text.slice(0, 10))
  .refine(
    text => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text),
    'should be a date that exists',
  )

const productRow = z.object({
  productID: identifier,
  productName: z.string().min(1, 'should not be empty'),
  unitPrice: cents,
  unitsInStock: wholeNumber,
  unitsOnOrder: wholeNumber,
  reorderLevel: wholeNumber,
  discontinued: z.enum(['0', '1'], { error: 'should be 0 or 1' }).transform(flag => flag === '1'),
})
const orderRow = z.object({ orderID: identifier, customerID: identifier, orderDate: day })
const detailRow = z.object({
  orderID: identifier,
  productID: identifier,
  unitPrice: cents,
  quantity: wholeNumber.refine(quantity => quantity > 0, 'should be a whole number from 1'),
  discount: basisPoints,
})

/**
 * Opening stock is what the file says is left plus everything the orders take, so that a right run ends with the file's stock.
 * @throws WorkbenchError `bad-data` naming the file, the line and the column
 */
export function readNorthwind(folder: string): DataSet {
  if (!isFolder(folder)) {
    throw new WorkbenchError(
      'bad-data',
      `There is no folder ${folder}.`,
      'Give --data a folder with products.csv, orders.csv and order-details.csv.',
    )
  }
  const products = readTable(folder, 'products.csv', productRow)
  const orders = readTable(folder, 'orders.csv', orderRow)
  const details = readTable(folder, 'order-details.csv', detailRow)
  const productIds = unique(products, 'products.csv', 'productID')
  const orderIds = unique(orders, 'orders.csv', 'orderID')

  const ordered = new Map<string, number>()
  const linesByOrder = new Map<string, DataSet['orders'][number]['lines'][number][]>()
  for (const { row, line } of details) {
    mustExist(row.productID, productIds, 'order-details.csv', line, 'productID', 'products.csv')
    mustExist(row.orderID, orderIds, 'order-details.csv', line, 'orderID', 'orders.csv')
    ordered.set(row.productID, (ordered.get(row.productID) ?? 0) + row.quantity)
    const lines = linesByOrder.get(row.orderID) ?? []
    lines.push({
      productId: row.productID,
      quantity: row.quantity,
      unitPriceCents: row.unitPrice,
      discountBasisPoints: row.discount,
    })
    linesByOrder.set(row.orderID, lines)
  }

  return {
    products: products.map(({ row }) => ({
      productId: row.productID,
      name: row.productName,
      priceCents: row.unitPrice,
      openingStock: row.unitsInStock + (ordered.get(row.productID) ?? 0),
      onOrder: row.unitsOnOrder,
      reorderLevel: row.reorderLevel,
      discontinued: row.discontinued,
    })),
    orders: orders.map(({ row, line }) => {
      const lines = linesByOrder.get(row.orderID)
      if (lines === undefined)
        throw badRow('orders.csv', line, 'orderID', `${row.orderID} has no line in order-details.csv`)
      return { orderId: row.orderID, customerId: row.customerID, orderDate: row.orderDate, lines }
    }),
  }
}

interface Numbered<T> {
  readonly row: T
  readonly line: number
}

function readTable<T>(folder: string, file: string, schema: z.ZodType<T> & { shape: object }): Numbered<T>[] {
  const columns = Object.keys(schema.shape)
  return readRecords(folder, file, columns).map(({ row, line }) => {
    const result = schema.safeParse(row)
    if (result.success) return { row: result.data, line }
    const issue = result.error.issues[0]!
    const column = String(issue.path[0])
    throw badRow(file, line, column, `${issue.message}, but is "${(row as Record<string, string>)[column]}"`)
  })
}

function readRecords(folder: string, file: string, columns: readonly string[]): Numbered<unknown>[] {
  let text: string
  try {
    text = readFileSync(join(folder, file), 'utf8')
  } catch {
    throw new WorkbenchError(
      'bad-data',
      `The file ${file} cannot be read in ${folder}.`,
      'A data folder holds products.csv, orders.csv and order-details.csv.',
    )
  }
  let rows: { record: string[]; info: { lines: number } }[]
  try {
    // Extra cells at the end are let through: address columns with unquoted commas come after all we read.
    rows = parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as typeof rows
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new WorkbenchError(
      'bad-data',
      `${file}, line ${error.lines}: ${error.message.split(':')[0]}.`,
      'Correct the quotes in that line.',
    )
  }
  const header = rows.shift()?.record ?? []
  for (const column of columns) {
    if (!header.includes(column)) {
      const hint =
        header.length === 0
          ? 'The file is empty.'
          : `The nearest column it has is ${nearest(column, header, 1)[0]}.`
      throw new WorkbenchError('bad-data', `${file}: there is no column ${column}.`, hint)
    }
  }
  const width = Math.max(...columns.map(column => header.indexOf(column))) + 1
  return rows.map(({ record, info }) => {
    if (record.length < width) {
      throw new WorkbenchError(
        'bad-data',
        `${file}, line ${info.lines}: has ${record.length} cells, at least ${width} are needed.`,
        'Complete or remove that line.',
      )
    }
    const row = Object.fromEntries(columns.map(column => [column, record[header.indexOf(column)]!.trim()]))
    return { row, line: info.lines }
  })
}

function unique<K extends string>(
  rows: readonly Numbered<Record<K, string>>[],
  file: string,
  column: K,
): Set<string> {
  const seen = new Set<string>()
  for (const { row, line } of rows) {
    if (seen.has(row[column])) throw badRow(file, line, column, `${row[column]} is there a second time`)
    seen.add(row[column])
  }
  return seen
}

function mustExist(
  id: string,
  known: Set<string>,
  file: string,
  line: number,
  column: string,
  where: string,
): void {
  if (known.has(id)) return
  throw badRow(
    file,
    line,
    column,
    `${id} is not in ${where}; the nearest there is ${nearest(id, [...known], 1)[0] ?? 'none'}`,
  )
}

function badRow(file: string, line: number, column: string, problem: string): WorkbenchError {
  return new WorkbenchError(
    'bad-data',
    `${file}, line ${line}: ${column} ${problem}.`,
    'Correct that line and run the command again.',
  )
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
