/**
 * A data set the shop can be fed with instead of the generated workload: products and historical orders.
 */
export interface DataSet {
  readonly products: readonly DataSetProduct[]
  readonly orders: readonly DataSetOrder[]
}

export interface DataSetProduct {
  readonly productId: string
  readonly name: string
  readonly priceCents: number
  /** Units in stock before the first order. */
  readonly openingStock: number
  readonly onOrder: number
  readonly reorderLevel: number
  readonly discontinued: boolean
}

export interface DataSetOrder {
  readonly orderId: string
  readonly customerId: string
  /** ISO date, `1996-07-04`. */
  readonly orderDate: string
  readonly lines: readonly DataSetLine[]
}

export interface DataSetLine {
  readonly productId: string
  readonly quantity: number
  readonly unitPriceCents: number
  /** Hundredths of a percent: 1500 is 15 %. */
  readonly discountBasisPoints: number
}
