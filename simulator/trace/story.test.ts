import { describe, expect, test } from 'vitest'
import { fold } from './fold.ts'
import { createStory, formatStory, tell } from './story.ts'
import { appended, traceOf } from './trace-of.ts'

const request = (fields: {
  t?: number
  process: string
  to: string
  path?: string
  cause?: number
  subject?: string
}) => ({
  kind: 'http.request' as const,
  method: 'POST',
  path: '/orders',
  subject: '/orders',
  ...fields,
})
const committed = (process: string, cause: number, ...writes: string[]) => ({
  kind: 'db.commit' as const,
  process,
  cause,
  database: process,
  writes,
  changes: writes.length,
})
const message = { topic: 'order.events', partition: 2, offset: 14, group: 'inventory' }
const delivered = (fields: {
  t?: number
  cause: number
  label?: string
  redelivery?: boolean
  offset?: number
}) => ({
  kind: 'kafka.deliver' as const,
  process: 'inventory',
  member: 'inventory-1',
  label: 'order-7/OrderPlaced',
  redelivery: false,
  ...message,
  ...fields,
})

const storyOf = (subject: string, ...drafts: Parameters<typeof traceOf>) =>
  formatStory(tell(fold(createStory(subject), traceOf(...drafts))))

describe('the story of an order', () => {
  test('goes from the request to the last consequence, and leaves out other orders', () => {
    expect(
      storyOf(
        'order-7',
        request({ t: 100, process: 'shopper', to: 'gateway' }),
        request({ t: 110, process: 'gateway', to: 'orders', cause: 1 }),
        request({ t: 115, process: 'shopper', to: 'gateway', subject: 'order-71' }),
        committed('orders', 2, 'insert events', 'insert outbox', 'insert outbox'),
        { kind: 'http.response', t: 120, process: 'gateway', from: 'orders', status: 201, cause: 4 },
        { kind: 'http.response', t: 130, process: 'shopper', from: 'gateway', status: 201, cause: 5 },
        request({ t: 140, process: 'shopper', to: 'catalog', path: '/products', cause: 6 }),
        { ...appended('order.events', 14, { t: 150, cause: 4, label: 'order-7/OrderPlaced' }), partition: 2 },
        { ...appended('order.events', 15, { cause: 4, label: 'order-71/OrderPlaced' }), partition: 2 },
        delivered({ t: 160, cause: 8 }),
        committed('inventory', 10, 'update stock'),
        delivered({ cause: 9, label: 'order-71/OrderPlaced', offset: 15 }),
        committed('inventory', 12, 'update stock'),
        {
          kind: 'kafka.handled',
          process: 'inventory',
          cause: 10,
          label: 'order-7/OrderPlaced',
          ok: true,
          ...message,
        },
      ),
    ).toBe(
      [
        '0.100 s  shopper → gateway  POST /orders',
        '0.110 s  gateway → orders  POST /orders',
        '0.115 s  orders committed to database orders: insert events, insert outbox ×2',
        '0.120 s  gateway ← orders  201',
        '0.130 s  shopper ← gateway  201',
        '0.150 s  relay published OrderPlaced to order.events/2@14',
        '0.160 s  inventory received OrderPlaced from order.events/2@14',
        '0.160 s  inventory committed to database inventory: update stock',
        '0.160 s  inventory handled OrderPlaced',
      ].join('\n'),
    )
  })

  test('tells of the crash over it and of the restart, but not of what the restarted process does for others', () => {
    expect(
      storyOf(
        'order-7',
        delivered({ cause: 0 }),
        {
          kind: 'process.crash',
          process: 'inventory',
          cause: 1,
          incarnation: 1,
          reason: 'crash',
          site: 'inventory/commit order-7/OrderPlaced#1',
        },
        { kind: 'process.start', t: 1000, process: 'inventory', cause: 2, incarnation: 2 },
        committed('inventory', 3, 'delete lease'),
        delivered({ cause: 0, redelivery: true }),
      ),
    ).toBe(
      [
        '0.000 s  inventory received OrderPlaced from order.events/2@14',
        '0.000 s  inventory crashed at inventory/commit order-7/OrderPlaced#1',
        '1.000 s  inventory started again',
        '1.000 s  inventory received OrderPlaced from order.events/2@14 again',
      ].join('\n'),
    )
  })

  test('does not take what the shopper did before for what led to the order', () => {
    expect(
      storyOf(
        'order-7',
        request({ process: 'shopper', to: 'catalog', path: '/products' }),
        request({ process: 'shopper', to: 'gateway', path: '/orders/order-7/cancel', cause: 1 }),
      ),
    ).toBe('0.000 s  shopper → gateway  POST /orders/order-7/cancel')
  })

  test('follows a message with another key whose data name the order', () => {
    const value = JSON.stringify({ id: 'e1', type: 'StockReserved', data: { orderId: 'order-7' } })
    const elsewhere = JSON.stringify({ id: 'e2', type: 'StockReserved', data: { orderId: 'order-71' } })
    expect(
      storyOf(
        'order-7',
        { ...appended('stock.events', 0, { label: 'product-3/StockReserved', process: 'inventory' }), value },
        {
          ...appended('stock.events', 1, { label: 'product-3/StockReserved', process: 'inventory' }),
          value: elsewhere,
        },
        {
          ...delivered({ cause: 1, label: 'product-3/StockReserved', offset: 0 }),
          topic: 'stock.events',
          partition: 0,
        },
        {
          ...delivered({ cause: 2, label: 'product-3/StockReserved', offset: 1 }),
          topic: 'stock.events',
          partition: 0,
        },
      ),
    ).toBe(
      [
        '0.000 s  inventory published product-3/StockReserved to stock.events/0@0',
        '0.000 s  inventory received product-3/StockReserved from stock.events/0@0',
      ].join('\n'),
    )
  })

  test('tells of the window faults that hit a service which has to do with it', () => {
    const fault = (kind: 'fault.begin' | 'fault.end', t: number, service: string) => ({
      kind,
      t,
      fault: 'down',
      service,
    })
    expect(
      storyOf(
        'order-7',
        fault('fault.begin', 1, 'inventory'),
        fault('fault.end', 2, 'inventory'),
        fault('fault.begin', 3, 'inventory'),
        appended('order.events', 0, { t: 10, label: 'order-7/OrderPlaced' }),
        fault('fault.begin', 20, 'search'),
        fault('fault.end', 30, 'inventory'),
        delivered({ t: 40, cause: 4 }),
        fault('fault.end', 50, 'inventory'),
      ).split('\n'),
    ).toEqual([
      '0.003 s  fault down began on inventory',
      '0.010 s  relay published OrderPlaced to order.events/0@0',
      '0.030 s  fault down ended on inventory',
      '0.040 s  inventory received OrderPlaced from order.events/2@14',
    ])
  })
})
