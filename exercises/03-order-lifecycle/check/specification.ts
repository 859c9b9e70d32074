/**
 * What the machine says, explored to the end: every status with every input, and every way through it.
 */
import { initialTransition, transition } from 'xstate'
import {
  type Command,
  isSamePlacement,
  type OrderEvent,
  type Placement,
  type Reason,
  type Status,
} from '../contract.ts'
import { type Input, inputOf, lifecycle } from '../lifecycle.ts'
import { orderTotalCents } from '../money.ts'

/** An input without its content. Placing again is something else when the content is another. */
export type InputName = Input['type'] | 'place-another'

/** An event as the machine names it. */
export interface Recorded {
  readonly type: OrderEvent['type']
  readonly reason?: Reason
  readonly wasConfirmed?: boolean
}

export interface Step {
  readonly next: Status
  /** What is recorded; empty when the input is ignored, undefined when it is refused. */
  readonly records: readonly Recorded[] | undefined
}

/** One way to a status: the inputs that recorded something. */
export interface History {
  readonly status: Status
  readonly inputs: readonly InputName[]
  readonly records: readonly Recorded[]
}

const SAMPLE: Placement = { orderId: 'sample', customer: { id: '' }, orderDate: '', lines: [] }

const INPUTS: Readonly<Record<InputName, Input>> = {
  place: { type: 'place', placement: SAMPLE },
  'place-another': { type: 'place', placement: { ...SAMPLE, customer: { id: 'another' } } },
  authorize: { type: 'authorize' },
  decline: { type: 'decline' },
  reserve: { type: 'reserve' },
  reject: { type: 'reject' },
  cancel: { type: 'cancel' },
  ship: { type: 'ship' },
}
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[]

const { steps: STEPS, histories } = explore()
/** Every way through the machine, the one of no inputs first. It comes to an end because no way leads back. */
export const HISTORIES: readonly History[] = histories

export function stepOf(status: Status, input: InputName): Step {
  return STEPS.get(status)!.get(input)!
}

/** What a command is to an order that was placed like this, or not at all. */
export function inputNameOf(command: Command, placement: Placement | undefined): InputName {
  const { type } = inputOf(command)
  if (command.type !== 'PlaceOrder' || placement === undefined) return type
  return isSamePlacement(command, placement) ? 'place' : 'place-another'
}

/** The event in full, as contract.ts has it. */
export function eventOf({ type, reason, wasConfirmed = false }: Recorded, placement: Placement): OrderEvent {
  const { orderId, customer, orderDate, lines } = placement
  const totalCents = orderTotalCents(lines)
  switch (type) {
    case 'OrderPlaced':
      return { type, data: { orderId, customer, orderDate, lines, totalCents } }
    case 'OrderPaid':
      return { type, data: { orderId, totalCents } }
    case 'OrderConfirmed':
      return { type, data: { orderId, orderDate, lines, totalCents } }
    case 'OrderCancelled':
      return { type, data: { orderId, orderDate, lines, reason: reason ?? 'customer', wasConfirmed } }
    default:
      return { type, data: { orderId } }
  }
}

function explore() {
  const steps = new Map<Status, Map<InputName, Step>>()
  const [initial] = initialTransition(lifecycle)
  const histories: History[] = []
  const open = [{ snapshot: initial, inputs: [] as InputName[], records: [] as Recorded[] }]
  for (let here = open.shift(); here !== undefined; here = open.shift()) {
    const status = here.snapshot.value
    histories.push({ status, inputs: here.inputs, records: here.records })
    const row = new Map<InputName, Step>()
    steps.set(status, row)
    for (const name of INPUT_NAMES) {
      const input = INPUTS[name]
      if (!here.snapshot.can(input)) {
        row.set(name, { next: status, records: undefined })
        continue
      }
      const [snapshot, actions] = transition(lifecycle, here.snapshot, input)
      const records = actions
        .filter(({ type }) => type !== 'ignore')
        .map(({ type, params }) => ({ type, ...(params as object | undefined) }) as Recorded)
      row.set(name, { next: snapshot.value, records })
      // As a first placement the other one is as good as the one, and leads to nothing else.
      if (records.length === 0 || name === 'place-another') continue
      open.push({ snapshot, inputs: [...here.inputs, name], records: [...here.records, ...records] })
    }
  }
  return { steps, histories }
}
