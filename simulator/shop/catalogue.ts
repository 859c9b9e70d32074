/**
 * The small catalogue and the customers of the generated workload.
 */
import type { ProductRequest } from './requests.ts'

export const CATALOGUE: Readonly<Record<string, ProductRequest>> = {
  chai: { name: 'Chai', category: 'Beverages', unitPriceCents: 1800, openingStock: 40, reorderLevel: 10 },
  espresso: {
    name: 'Espresso Roast',
    category: 'Beverages',
    unitPriceCents: 1250,
    openingStock: 60,
    reorderLevel: 25,
  },
  honey: {
    name: 'Heather Honey',
    category: 'Spreads',
    unitPriceCents: 899,
    openingStock: 30,
    reorderLevel: 20,
  },
  olives: {
    name: 'Green Olives',
    category: 'Preserves',
    unitPriceCents: 650,
    openingStock: 50,
    reorderLevel: 15,
  },
  cheddar: {
    name: 'Farmhouse Cheddar',
    category: 'Dairy',
    unitPriceCents: 2199,
    openingStock: 12,
    reorderLevel: 10,
  },
  crispbread: {
    name: 'Rye Crispbread',
    category: 'Bakery',
    unitPriceCents: 375,
    openingStock: 80,
    reorderLevel: 30,
  },
  chocolate: {
    name: 'Dark Chocolate',
    category: 'Sweets',
    unitPriceCents: 449,
    openingStock: 45,
    reorderLevel: 20,
  },
  marmalade: {
    name: 'Orange Marmalade',
    category: 'Spreads',
    unitPriceCents: 525,
    openingStock: 25,
    unitsOnOrder: 20,
    reorderLevel: 30,
  },
}

/** The most that one line of an order may ask for, and more than there ever is of anything. */
export const TOO_MANY = 10_000

export const CUSTOMERS = ['ada', 'barbara', 'grace', 'hedy', 'katherine', 'radia']
/** Their cards are declined, see parties.ts. */
export const DECLINED_CUSTOMERS = ['declined-dorian', 'declined-victor']
