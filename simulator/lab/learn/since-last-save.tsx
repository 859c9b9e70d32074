/**
 * What the last save has changed, and what has become of the plan that broke the file before it.
 */
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react'
import { useCall } from '../client/simulator-context.tsx'
import { readLabLink } from '../lab/lab-link.ts'
import type { RunRequest } from '../worker/protocol.ts'
import { type Change, describeDifference } from './difference.ts'
import type { Remembered } from './memory.ts'
import { sayReplay } from './replay.ts'
import { Said } from './said.tsx'
import classes from './verdict.module.css'

export function SinceLastSave({ exercise, remembered }: { exercise: string; remembered: Remembered }) {
  const { before, now } = remembered
  const request =
    before?.plan === undefined || now.refused !== undefined ? undefined : requestOf(exercise, before.plan)
  const { answer, refusal } = useCall('run', request, now.content)
  if (before === undefined) return null
  const changes = describeDifference(before, now)
  const replay = request === undefined ? undefined : sayReplay(answer, refusal)
  return (
    <section className={classes.since} aria-label="Since the save before">
      <h2>Since the save before</h2>
      <ul className={classes.plain}>
        {changes.length === 0 && (
          <Line change={{ mark: 'other', text: 'Nothing in the verdict has changed.' }} />
        )}
        {changes.map(change => (
          <Line key={change.text} change={change} />
        ))}
        {request !== undefined && (
          <Line
            change={{
              mark: replay?.mark ?? 'other',
              text: `The plan that broke it before (${before.planSentence?.replace(/\.$/, '') ?? ''}) ${replay?.text ?? 'is replayed…'}`,
            }}
          />
        )}
      </ul>
    </section>
  )
}

const ICONS = { better: IconArrowUpRight, worse: IconArrowDownRight, other: IconArrowRight } as const
const WORDS = { better: 'better:', worse: 'worse:', other: '' } as const

function Line({ change: { mark, text } }: { change: Change }) {
  const Icon = ICONS[mark]
  return (
    <li className={classes.change} data-mark={mark}>
      <Icon size={16} {...(WORDS[mark] === '' ? { 'aria-hidden': true } : { 'aria-label': WORDS[mark] })} />
      <span>
        <Said>{text}</Said>
      </span>
    </li>
  )
}

/** What was remembered by another version of the page may no longer be a plan. */
function requestOf(exercise: string, plan: string): RunRequest | undefined {
  try {
    const link = readLabLink({ path: `/lab/${exercise}/yours`, query: plan })
    return { scenario: link.scenario, plan: link.plan }
  } catch {
    return undefined
  }
}
