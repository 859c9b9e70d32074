/**
 * What the clients of the order desk do, and what they get to hear.
 */
import type { Command } from '../order-commands.ts'
import type { Answer, DeskNotes } from '../order-desk.ts'
import type { Appended, Flaw } from './observed-store.ts'

/** What the outside world knows of a run, and what the desk has noticed. */
export interface Notes extends DeskNotes {
  /** The last answer to each command. */
  readonly answers: Map<string, number>
  readonly appended: Appended[]
  readonly flaws: Flaw[]
}

export const DOUBLE_CLICK: readonly Command[] = [
  { id: 'place-1', type: 'PlaceOrder', order: 'order-1' },
  { id: 'place-1-again', type: 'PlaceOrder', order: 'order-1' },
]
export const RACE: readonly Command[] = [
  { id: 'ship-1', type: 'ShipOrder', order: 'order-1' },
  { id: 'cancel-1', type: 'CancelOrder', order: 'order-1' },
]
export const PLACE_WITH_INVOICE: Command = {
  id: 'place-2',
  type: 'PlaceOrder',
  order: 'order-2',
  hasInvoice: true,
}
// Two screens: one shows the order as it is, one a version that it never had.
export const CURRENT: Command = { id: 'note-current', type: 'AddNote', order: 'order-2', ifVersion: 3 }
export const AHEAD: Command = { id: 'note-ahead', type: 'AddNote', order: 'order-2', ifVersion: 9 }
export const COMMANDS = [...DOUBLE_CLICK, ...RACE, PLACE_WITH_INVOICE, CURRENT, AHEAD]

/** The workload: each command again and again until it is answered. */
export async function askTheDesk(notes: Notes): Promise<void> {
  await Promise.all(DOUBLE_CLICK.map(command => send(notes, command)))
  await Promise.all(RACE.map(command => send(notes, command)))
  for (const command of [PLACE_WITH_INVOICE, CURRENT, AHEAD]) await send(notes, command)
  await askForReport()
}

const TRIES = 12

async function send(notes: Notes, command: Command): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      const response = await fetch(`http://orders/${command.order}`, {
        method: 'POST',
        headers: { 'idempotency-key': `${command.order}/${command.type}` },
        body: JSON.stringify(command),
      })
      const { status, appended, flaws } = (await response.json()) as Answer
      notes.answers.set(command.id, status)
      notes.appended.push(...appended)
      notes.flaws.push(...flaws)
      if (status < 500) return
    } catch {
      // Nobody knows whether it was done: the same command once more.
    }
    await new Promise(resolve => setTimeout(resolve, Math.min(100 * 2 ** attempt, 5000)))
  }
}

async function askForReport(): Promise<void> {
  for (let waitMs = 100; waitMs < 20_000; waitMs *= 2) {
    try {
      const response = await fetch('http://orders/report', { method: 'POST' })
      if (response.ok) return
    } catch {
      // It is starting again.
    }
    await new Promise(resolve => setTimeout(resolve, waitMs))
  }
}
