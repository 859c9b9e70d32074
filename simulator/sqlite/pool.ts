/**
 * Connections kept from run to run, by how they were set up: the same definitions in the same order, the same connection.
 *
 * Services open their database with the same few CREATE TABLEs in every run. As long as a run repeats a known
 * sequence, nothing is executed at all; the first statement that needs rows takes a connection that has been
 * through exactly this sequence, or goes through it on a new one. So a run cannot tell a kept database from a new one.
 */
import { defaultEngine } from '#simulator/sqlite/default-engine.ts'
import { Connection, type FunctionDefinition, type StatementFacts } from './connection.ts'
import type { Engine } from './engine.ts'

/** One step of setting up a database. */
export type SetupStep =
  | { readonly kind: 'exec'; readonly sql: string }
  | { readonly kind: 'pragma'; readonly source: string }
  | { readonly kind: 'function'; readonly key: string; readonly definition: FunctionDefinition }

/** A database after a certain sequence of steps, still without a row of any run. */
export interface SetupState {
  readonly parent: SetupState | undefined
  readonly step: SetupStep | undefined
  /** What the step returned, for a pragma. */
  readonly result: unknown[]
  readonly next: Map<string, SetupState>
  /** What is known of statements prepared in this state. */
  readonly facts: Map<string, StatementFacts>
  readonly idle: Connection[]
  /** Some step needs SQLite's own transactions in this database. */
  readonly ownTransactions: boolean
}

export interface DatabasePool {
  readonly engine: Engine
  /** The state of an empty database. */
  readonly empty: SetupState
  /** A connection in this state. */
  take(state: SetupState): Connection
  giveBack(state: SetupState, connection: Connection): void
  /** The state after a step that was just executed on a connection in `state`. */
  learn(state: SetupState, step: SetupStep, result: unknown[], ownTransactions: boolean): SetupState
  /** Closes all idle connections. */
  close(): void
}

/** More idle connections than processes ever share one state would only hold memory. */
const MAX_IDLE_PER_STATE = 8
const MAX_STATES = 2000

export function createDatabasePool(engine: Engine = defaultEngine): DatabasePool {
  let states = 0
  const empty = createState(undefined, undefined, [], false)
  return {
    engine,
    empty,
    take(state) {
      const idle = state.idle.pop()
      if (idle !== undefined) return idle
      const connection = new Connection(engine)
      for (const { step } of pathTo(state)) perform(connection, step!)
      return connection
    },
    giveBack(state, connection) {
      if (state.idle.length < MAX_IDLE_PER_STATE) state.idle.push(connection)
      else connection.physical.close()
    },
    learn(state, step, result, ownTransactions) {
      const key = keyOf(step)
      const known = state.next.get(key)
      if (known !== undefined) return known
      const next = createState(state, step, result, state.ownTransactions || ownTransactions)
      if (states < MAX_STATES) {
        states++
        state.next.set(key, next)
      }
      return next
    },
    close() {
      closeIdle(empty)
      empty.next.clear()
      states = 0
    },
  }
}

export function keyOf(step: SetupStep): string {
  if (step.kind === 'exec') return step.sql
  return step.kind === 'pragma' ? `PRAGMA ${step.source}` : step.key
}

export function perform(connection: Connection, step: SetupStep): unknown[] {
  switch (step.kind) {
    case 'exec':
      connection.physical.exec(step.sql)
      return []
    case 'pragma':
      return connection.physical.pragma(step.source)
    case 'function':
      connection.defineFunction(step.key, step.definition)
      return []
  }
}

function createState(
  parent: SetupState | undefined,
  step: SetupStep | undefined,
  result: unknown[],
  ownTransactions: boolean,
): SetupState {
  return { parent, step, result, next: new Map(), facts: new Map(), idle: [], ownTransactions }
}

/** The states between the empty database and this one, in order, this one included. */
function pathTo(state: SetupState): SetupState[] {
  const path: SetupState[] = []
  for (let at = state; at.parent !== undefined; at = at.parent) path.unshift(at)
  return path
}

function closeIdle(state: SetupState): void {
  for (const connection of state.idle.splice(0)) connection.physical.close()
  for (const next of state.next.values()) closeIdle(next)
}
