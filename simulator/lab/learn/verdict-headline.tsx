/**
 * The verdict in one line, with a sign of its own for each tone.
 */
import { Loader } from '@mantine/core'
import { IconAlertTriangleFilled, IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react'
import type { Headline } from './headline.ts'
import classes from './verdict.module.css'

const ICONS = {
  holds: IconCircleCheckFilled,
  fails: IconCircleXFilled,
  refused: IconAlertTriangleFilled,
} as const

export function HeadlineLine({ headline: { tone, text } }: { headline: Headline }) {
  return (
    <span className={classes.headline} data-tone={tone}>
      <Sign tone={tone} />
      <span>{text}</span>
    </span>
  )
}

function Sign({ tone }: { tone: Headline['tone'] }) {
  if (tone === 'pending') return <Loader size={16} aria-hidden />
  const Icon = ICONS[tone]
  return <Icon size={18} aria-hidden />
}
