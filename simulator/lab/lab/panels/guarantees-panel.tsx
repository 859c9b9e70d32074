/**
 * What the scenario promises, and whether the run kept it.
 */
import { Badge, Button } from '@mantine/core'
import { IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import { formatTime } from '#simulator/trace/sentence.ts'
import { RefusalNotice } from '../../shell/refusal-notice.tsx'
import { firstTroubleOf } from './first-trouble.ts'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'

const MAX_VIOLATIONS = 20

export function GuaranteesPanel(props: PanelProps) {
  const { topology, violations, trouble } = props.run
  const broken = new Map<string, BrokenGuarantee[]>()
  for (const violation of violations)
    broken.set(violation.guarantee, [...(broken.get(violation.guarantee) ?? []), violation])
  const inOrder = topology.guarantees.toSorted(
    (one, other) => Number(broken.has(other.name)) - Number(broken.has(one.name)),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={classes.detail} tabIndex={0} aria-label="Guarantees">
      {trouble !== undefined && <RefusalNotice refusal={trouble} />}
      <p className={classes.verdict} data-broken={broken.size > 0 || undefined}>
        {broken.size === 0
          ? `All ${inOrder.length} guarantees hold.`
          : `${broken.size} of ${inOrder.length} guarantees are broken.`}
      </p>
      <ul className={classes.guarantees}>
        {inOrder.map(({ name, promise }) => {
          const own = broken.get(name) ?? []
          return (
            <li key={name} data-broken={own.length > 0 || undefined}>
              {own.length === 0 ? (
                <IconCircleCheckFilled className={classes.held} size={18} aria-label="held" />
              ) : (
                <IconCircleXFilled className={classes.broken} size={18} aria-label="broken" />
              )}
              <div>
                <p className={classes.promise}>{promise}</p>
                {own.slice(0, MAX_VIOLATIONS).map(violation => (
                  <Violation key={violation.message} violation={violation} {...props} />
                ))}
                {own.length > MAX_VIOLATIONS && <p>and {own.length - MAX_VIOLATIONS} more like these</p>}
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Violation({ violation, run, seek, choose }: PanelProps & { violation: BrokenGuarantee }) {
  const { message, outcome, subjects = [] } = violation
  const [subject] = subjects
  const trouble = subject === undefined ? undefined : firstTroubleOf(run, subject)
  return (
    <div className={classes.violation}>
      <p>
        <Badge component="span" size="sm" color="red" variant="light" className={classes.outcome}>
          {outcome}
        </Badge>{' '}
        {message}
      </p>
      <div className={classes.violationActions}>
        {subjects.slice(0, 4).map(name => (
          <Button key={name} size="compact-xs" variant="default" onClick={() => choose(name)}>
            Follow {name}
          </Button>
        ))}
        {trouble !== undefined && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              choose(subject)
              seek(trouble.seq)
            }}
          >
            To {formatTime(trouble.t)}: {trouble.what}
          </Button>
        )}
      </div>
    </div>
  )
}
