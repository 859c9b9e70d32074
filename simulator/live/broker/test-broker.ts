/**
 * The broker that tests run on, for tests: where it is, and how to take it away and bring it back.
 */
import { inject } from 'vitest'
import { killBroker, resumeBroker } from './broker.ts'

export interface TestBroker {
  readonly address: string
  /** Somebody else's is left alone: tests that kill it run `test.skipIf(!canBeKilled)`. */
  readonly canBeKilled: boolean
  /** SIGKILL; what it had acknowledged stays. */
  kill(): Promise<void>
  /** Resolves when it can be used again, at the same address. */
  resume(): Promise<void>
}

/**
 * To be called in a test file of the vitest project `broker`. All files share this broker and may run at the same time: name
 * topics and groups of your own, and kill it only where files run one after another. Otherwise start one of your own, as
 * `instanceOfTests('mine')`.
 */
export function testBroker(): TestBroker {
  const instance = inject('brokerInstance')
  const canBeKilled = instance !== ''
  return {
    address: inject('broker'),
    canBeKilled,
    async kill() {
      if (!canBeKilled) throw new Error('the broker of BROKER=host:port is not ours to kill')
      await killBroker(instance)
    },
    async resume() {
      await resumeBroker(instance)
    },
  }
}

/**
 * A name for a broker of a test's own: `startBroker({ instance: instanceOfTests('mine'), port })`. It carries the id of this
 * process, so that the next run can tell a broker that was left behind from one that is in use.
 */
export function instanceOfTests(name: string): string {
  return `test-${process.pid}-${name}`
}
