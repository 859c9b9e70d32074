/**
 * The broken guarantees, the one that takes the fewest faults at length and the others folded.
 */
import type { ReactNode } from 'react'
import type { Counterexample } from '#simulator/explore/judge.ts'
import { plural } from '#simulator/explore/say-numbers.ts'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import type { Judgement } from '../worker/protocol.ts'
import { ExplanationView } from './explanation-view.tsx'
import { Fact, Facts } from './facts.tsx'
import classes from './verdict.module.css'

export interface BrokenGuaranteesProps {
  readonly exercise: CatalogEntry
  readonly answer: string
  readonly judgement: Judgement
  /** Stands under the first. */
  readonly children: ReactNode
}

export function BrokenGuarantees({ exercise, answer, judgement, children }: BrokenGuaranteesProps) {
  const { verdict, explanations } = judgement
  const [first, ...others] = verdict!.counterexamples
  if (first === undefined) return null
  const explained = (counterexample: Counterexample) => {
    const explanation = explanations.find(({ guarantee }) => guarantee === counterexample.guarantee)
    return explanation === undefined ? (
      <Unwatched counterexample={counterexample} />
    ) : (
      <ExplanationView exercise={exercise} answer={answer} explanation={explanation} />
    )
  }
  return (
    <>
      <h2 className={classes.guarantee}>{first.guarantee}</h2>
      {explained(first)}
      {children}
      {others.length > 0 && (
        <section aria-label="Also broken">
          {others.map(other => (
            <details key={other.guarantee} className={classes.other}>
              <summary>
                Also broken: <strong>{other.guarantee}</strong> {sayBriefly(other)}
              </summary>
              {explained(other)}
            </details>
          ))}
        </section>
      )}
    </>
  )
}

/** A run that ended its process, so that nobody can watch it: all there is to say. */
function Unwatched({ counterexample: { trouble, plan } }: { counterexample: Counterexample }) {
  return (
    <Facts>
      {trouble !== undefined && <Fact name="Happened">{trouble.sentence}</Fact>}
      <Fact name="Under">{sayPlan(plan)}</Fact>
      {trouble !== undefined && trouble.next !== '' && <Fact name="Next">{trouble.next}</Fact>}
    </Facts>
  )
}

function sayBriefly({ guarantee, plan, violations }: Counterexample): string {
  const outcome = violations.find(violation => violation.guarantee === guarantee)?.outcome ?? 'broken'
  return `is ${outcome} ${plan.faults.length === 0 ? 'without a fault' : `under ${plural(plan.faults.length, 'fault')}`}`
}
