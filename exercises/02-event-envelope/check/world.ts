/**
 * What comes from outside: two commands, two vouchers of another team's service, and texts that are no events.
 */
import type { ShipOrder } from './flow.ts'

interface Parcel {
  readonly orderId: string
  readonly parcel: number
  readonly cents: number
  readonly [field: string]: unknown
}

/** Digits, dates and decimals as texts: they have to stay what they are. */
const DELIVERY = {
  postalCode: '01067',
  promisedAt: '2026-01-07T12:00:00.000Z',
  weights: ['12.50', 0.5],
  note: null,
  isGift: false,
}

/** Two parcels of one order in one command: two events of one type, at the same time, for the same reason. */
export const COMMANDS: readonly (Omit<ShipOrder, 'parcels'> & { readonly parcels: readonly Parcel[] })[] = [
  {
    id: 'ship-1001',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    correlation_id: 'order-1001',
    parcels: [
      { orderId: '1001', parcel: 1, cents: 2400, ...DELIVERY },
      { orderId: '1001', parcel: 2, cents: 1900, ...DELIVERY },
    ],
  },
  {
    id: 'ship-1002',
    trace_id: 'b9c7c989f97918e1f0d1e3a1b2c4d5e6',
    correlation_id: 'order-1002',
    parcels: [{ orderId: '1002', parcel: 1, cents: 3100, ...DELIVERY }],
  },
]

/** Two vouchers that are alike are two vouchers. */
export const VOUCHERS = [voucher('voucher-1', '1001', -500), voucher('voucher-2', '1001', -500)]

/** A voucher by the next version of its writer, which says more, in the envelope and in the data. */
export const NEWER_VOUCHER = {
  ...voucher('voucher-3', '1002', -700, { channel: 'phone', reason: { code: 7, texts: ['late', null] } }),
  tenant_id: 'north',
  actor: { id: 'agent-7', roles: ['care'] },
}

/** As customer care writes it, which is another team. */
function voucher(id: string, orderId: string, cents: number, more: object = {}) {
  return {
    id,
    type: 'VoucherGranted',
    version: 1,
    time: '2026-01-05T08:59:59.000Z',
    trace_id: `${id.slice(-1)}af7651916cd43dd8448eb211c80319c`,
    causation_id: 'call-17',
    correlation_id: `order-${orderId}`,
    data: { orderId, cents, ...more },
  }
}

const PHANTOM = voucher('voucher-4', '1001', -900)

/** No JSON, no object, and for each field of the envelope an event without it. */
export const UNREADABLE: readonly string[] = [
  '',
  '{"id":"voucher-4","type":"Vou',
  'null',
  '[]',
  '"voucher-4"',
  '{}',
  ...Object.keys(PHANTOM).map(field => JSON.stringify({ ...PHANTOM, [field]: undefined })),
  JSON.stringify({ ...PHANTOM, id: '' }),
  JSON.stringify({ ...PHANTOM, id: null }),
  JSON.stringify({ ...PHANTOM, data: null }),
]
