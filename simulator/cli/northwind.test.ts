import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readNorthwind } from './northwind.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'out-of-order-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const PRODUCTS = [
  'productID,productName,supplierID,unitPrice,unitsInStock,unitsOnOrder,reorderLevel,discontinued',
  '1,Chai,1,18.00,39,0,10,0',
  '2,"Jack\'s ""New England"" Chowder, canned",1,9.65,17,40,25,1',
]
const ORDERS = [
  'orderID,customerID,employeeID,orderDate',
  '10248,VINET,5,1996-07-04 00:00:00.000',
  '10249,TOMSP,6,1996-07-05',
]
const DETAILS = [
  'orderID,productID,unitPrice,quantity,discount',
  '10249,1,18.00,10,0.15',
  '10248,1,14.00,2,0.0',
  '10248,2,9.8,5,0.05',
]

interface Files {
  products?: readonly string[] | null
  orders?: readonly string[] | null
  details?: readonly string[] | null
}

/** A folder with these files; null leaves one out. */
function folder(
  { products = PRODUCTS, orders = ORDERS, details = DETAILS }: Files = {},
  newline = '\n',
): string {
  const path = mkdtempSync(join(root, 'data-'))
  const files = { 'products.csv': products, 'orders.csv': orders, 'order-details.csv': details }
  for (const [name, lines] of Object.entries(files))
    if (lines !== null) writeFileSync(join(path, name), lines.join(newline))
  return path
}

describe('reads', () => {
  test('products with their stock before the orders, in cents', () => {
    expect(readNorthwind(folder()).products).toEqual([
      {
        productId: '1',
        name: 'Chai',
        priceCents: 1800,
        openingStock: 39 + 12,
        onOrder: 0,
        reorderLevel: 10,
        discontinued: false,
      },
      {
        productId: '2',
        name: 'Jack\'s "New England" Chowder, canned',
        priceCents: 965,
        openingStock: 17 + 5,
        onOrder: 40,
        reorderLevel: 25,
        discontinued: true,
      },
    ])
  })

  test('orders in their order with all their lines, discounts in hundredths of a percent', () => {
    expect(readNorthwind(folder()).orders).toEqual([
      {
        orderId: '10248',
        customerId: 'VINET',
        orderDate: '1996-07-04',
        lines: [
          { productId: '1', quantity: 2, unitPriceCents: 1400, discountBasisPoints: 0 },
          { productId: '2', quantity: 5, unitPriceCents: 980, discountBasisPoints: 500 },
        ],
      },
      {
        orderId: '10249',
        customerId: 'TOMSP',
        orderDate: '1996-07-05',
        lines: [{ productId: '1', quantity: 10, unitPriceCents: 1800, discountBasisPoints: 1500 }],
      },
    ])
  })

  test('the same with a byte order mark, Windows line ends, empty lines and spaces around cells', () => {
    const expected = readNorthwind(folder())
    const bom = { products: [`\ufeff${PRODUCTS[0]}`, ...PRODUCTS.slice(1), '', ''] }
    expect(readNorthwind(folder(bom, '\r\n'))).toEqual(expected)
    expect(
      readNorthwind(
        folder({
          details: DETAILS.map(line => line.replaceAll(',', ' , ')).map((line, index) =>
            index === 0 ? DETAILS[0]! : line,
          ),
        }),
      ),
    ).toEqual(expected)
  })

  test('columns in any order, and what it does not know is let through', () => {
    const orders = [
      'shipCity,orderDate,orderID,customerID,note',
      'Reims,1996-07-04,10248,VINET,x',
      'M,1996-07-05,10249,TOMSP,',
    ]
    expect(readNorthwind(folder({ orders })).orders.map(({ orderId }) => orderId)).toEqual(['10248', '10249'])
  })

  test('unquoted commas in an address behind what it needs', () => {
    const orders = [
      `${ORDERS[0]},shipAddress,shipCity`,
      `${ORDERS[1]},59 rue de l'Abbaye, 3,Reims`,
      `${ORDERS[2]},Luisenstr. 48,Münster`,
    ]
    expect(readNorthwind(folder({ orders })).orders).toHaveLength(2)
  })

  test('every cent exactly, also where floating point is a hair off', () => {
    for (const [text, cents] of [
      ['1.10', 110],
      ['4.35', 435],
      ['0.29', 29],
      ['1.005', undefined],
      ['64.1', 6410],
      ['263.5000', 26_350],
    ] as const) {
      const details = [DETAILS[0]!, `10248,1,${text},1,0`, `10249,1,1,1,0`]
      const read = () => readNorthwind(folder({ details })).orders[0]!.lines[0]!.unitPriceCents
      if (cents === undefined) expect(read).toThrow()
      else expect(read()).toBe(cents)
    }
  })
})

describe('refuses, naming file, line and column', () => {
  const details = (...lines: string[]) => folder({ details: [DETAILS[0]!, ...lines, ...DETAILS.slice(1)] })
  const products = (...lines: string[]) => folder({ products: [...PRODUCTS, ...lines] })
  const orders = (...lines: string[]) => folder({ orders: [...ORDERS, ...lines] })

  test.each<[string, () => string, string]>([
    ['a folder that does not exist', () => join(root, 'nowhere'), 'There is no folder .*nowhere'],
    ['a file in place of a folder', () => join(folder(), 'orders.csv'), 'There is no folder .*orders\\.csv'],
    [
      'a file that is missing',
      () => folder({ details: null }),
      'The file order-details\\.csv cannot be read in .*',
    ],
    ['an empty file', () => folder({ orders: [] }), 'orders\\.csv: there is no column orderID'],
    [
      'a column that is missing',
      () => folder({ orders: ['orderID,customer,orderDate', '1,2,3'] }),
      'orders\\.csv: there is no column customerID',
    ],
    [
      'a row that is too short',
      () => details('10248,1,18.00'),
      'order-details\\.csv, line 2: has 3 cells, at least 5 are needed',
    ],
    [
      'a quantity in words',
      () => details('10248,1,18.00,two,0'),
      'order-details\\.csv, line 2: quantity should be a whole number from 0, but is "two"',
    ],
    [
      'a quantity of nothing',
      () => details('10248,1,18.00,0,0'),
      'order-details\\.csv, line 2: quantity should be a whole number from 1, but is "0"',
    ],
    [
      'a quantity below nothing',
      () => details('10248,1,18.00,-1,0'),
      'order-details\\.csv, line 2: quantity should be .*, but is "-1"',
    ],
    [
      'a part of a thing',
      () => details('10248,1,18.00,1.5,0'),
      'order-details\\.csv, line 2: quantity should be .*, but is "1\\.5"',
    ],
    [
      'a price in words',
      () => products('3,Tofu,1,cheap,1,0,0,0'),
      'products\\.csv, line 4: unitPrice should be an amount such as 14\\.00, but is "cheap"',
    ],
    [
      'a price with a fraction of a cent',
      () => products('3,Tofu,1,1.005,1,0,0,0'),
      'products\\.csv, line 4: unitPrice should be an amount .*',
    ],
    [
      'a price below nothing',
      () => products('3,Tofu,1,-1.00,1,0,0,0'),
      'products\\.csv, line 4: unitPrice should be an amount .*',
    ],
    [
      'a discount above one',
      () => details('10248,1,18.00,1,1.5'),
      'order-details\\.csv, line 2: discount should be a discount from 0 to 1 .*, but is "1\\.5"',
    ],
    [
      'a discount in percent',
      () => details('10248,1,18.00,1,15%'),
      'order-details\\.csv, line 2: discount should be .*, but is "15%"',
    ],
    [
      'a flag that is none',
      () => products('3,Tofu,1,1.00,1,0,0,no'),
      'products\\.csv, line 4: discontinued should be 0 or 1, but is "no"',
    ],
    [
      'a name that is empty',
      () => products('3,,1,1.00,1,0,0,0'),
      'products\\.csv, line 4: productName should not be empty, but is ""',
    ],
    [
      'an identifier that is none',
      () => products('a b,Tofu,1,1.00,1,0,0,0'),
      'products\\.csv, line 4: productID should be an identifier, but is "a b"',
    ],
    [
      'a date in another order',
      () => orders('10250,HANAR,4,08.07.1996'),
      'orders\\.csv, line 4: orderDate should be a date such as 1996-07-04, but is "08\\.07\\.1996"',
    ],
    [
      'a day that does not exist',
      () => orders('10250,HANAR,4,1996-02-30'),
      'orders\\.csv, line 4: orderDate should be a date that exists, but is "1996-02-30"',
    ],
    [
      'a product that does not exist',
      () => details('10248,11,18.00,1,0'),
      'order-details\\.csv, line 2: productID 11 is not in products\\.csv; the nearest there is 1',
    ],
    [
      'an order that does not exist',
      () => details('10284,1,18.00,1,0'),
      'order-details\\.csv, line 2: orderID 10284 is not in orders\\.csv; the nearest there is 10248',
    ],
    [
      'an order without lines',
      () => orders('10250,HANAR,4,1996-07-08'),
      'orders\\.csv, line 4: orderID 10250 has no line in order-details\\.csv',
    ],
    [
      'an order that is there twice',
      () => orders('10248,HANAR,4,1996-07-08'),
      'orders\\.csv, line 4: orderID 10248 is there a second time',
    ],
    [
      'a product that is there twice',
      () => products('1,Tofu,1,1.00,1,0,0,0'),
      'products\\.csv, line 4: productID 1 is there a second time',
    ],
    [
      'a quote that is never closed',
      () => products('3,"Tofu,1,1.00,1,0,0,0'),
      'products\\.csv, line \\d+: .*[Qq]uote.*',
    ],
  ])('%s', (_, path, sentence) => {
    expect(() => readNorthwind(path())).toThrow(
      expect.objectContaining({
        code: 'bad-data',
        message: expect.stringMatching(new RegExp(`^${sentence}\\.$`)),
        next: expect.stringMatching(/^[A-Z].*\.$/),
      }),
    )
  })

  test('a file whose place is taken by a folder', () => {
    const path = folder({ orders: null })
    mkdirSync(join(path, 'orders.csv'))
    expect(() => readNorthwind(path)).toThrow(expect.objectContaining({ code: 'bad-data' }))
  })
})
