/**
 * How an implementation enters the Kafka contract.
 */
import { describe, expect, it } from 'vitest'
import { type Case, type Kind, Stage, type Surroundings } from './stage.ts'

/** An implementation under test. */
export interface Implementation {
  readonly name: string
  readonly kind: Kind
  /** Runs a case to its end; rejects with whatever the case threw. */
  run(body: (surroundings: Surroundings) => Promise<void>): Promise<void>
  /** Cases that are left out, by name, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>
  /** The cases to run, by name. Default: all. */
  readonly only?: readonly string[]
  /** Whether cases run at the same time, as waiting takes real time. Default: one after the other. */
  readonly concurrent?: boolean
}

/** Holds an implementation to all the cases. */
export function enterContract(
  implementation: Implementation,
  groups: Readonly<Record<string, readonly Case[]>>,
): void {
  const { name: implementationName, concurrent = false, only } = implementation
  const isChosen = ({ name }: Case) => only === undefined || only.includes(name)
  describe(implementationName, { concurrent }, () => {
    for (const [group, cases] of Object.entries(groups)) {
      const chosen = cases.filter(isChosen)
      if (chosen.length === 0) continue
      describe(group, { concurrent }, () => {
        for (const one of chosen) enter(implementation, one)
      })
    }
  })
}

function enter({ kind, run, skip, concurrent = false }: Implementation, { name, body, sees }: Case): void {
  const reason = skip?.[name]
  if (reason !== undefined) {
    it.skip(`${name} (${reason})`)
    return
  }
  it(name, { concurrent }, () =>
    run(async surroundings => {
      const stage = new Stage(surroundings)
      try {
        const seen = await body(stage)
        if (sees !== undefined) expect(seen).toEqual(sees[kind])
      } finally {
        await stage.close()
      }
    }),
  )
}
