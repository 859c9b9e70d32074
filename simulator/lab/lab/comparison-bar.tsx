/**
 * Two runs beside each other: where they part, and how each ends.
 */
import { Button, Text } from '@mantine/core'
import { useMemo } from 'react'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { formatTime } from '#simulator/trace/sentence.ts'
import type { RunResult } from '../worker/protocol.ts'
import { firstDifference } from './first-difference.ts'
import classes from './lab.module.css'
import type { LabLink } from './lab-link.ts'
import { VerdictBadge } from './verdict-badge.tsx'

export function ComparisonBar({
  link,
  run,
  other,
  seek,
}: {
  link: LabLink
  run: RunResult
  other: RunResult | undefined
  seek(seq: number): void
}) {
  const difference = useMemo(
    () => (other === undefined ? undefined : firstDifference(run.records, other.records)),
    [run, other],
  )
  if (link.comparedWith === undefined) return null
  return (
    <section className={classes.comparison} aria-label="Comparison">
      {other === undefined ? (
        <Text size="sm">The other run is being executed …</Text>
      ) : difference === undefined ? (
        <Text size="sm">The two runs are the same, record by record.</Text>
      ) : (
        <>
          <Button size="compact-sm" variant="light" onClick={() => seek(difference.same + 1)}>
            First difference{difference.here && `: ${formatTime(difference.here.t)}`}
          </Button>
          <dl className={classes.sides}>
            <dt>here</dt>
            <dd title={difference.here?.text}>{difference.here?.text ?? 'the run is over'}</dd>
            <dt title={sayPlan(link.comparedWith)}>there</dt>
            <dd title={difference.there?.text}>{difference.there?.text ?? 'the run is over'}</dd>
          </dl>
        </>
      )}
      {other !== undefined && <VerdictBadge run={other} where="there" />}
    </section>
  )
}
