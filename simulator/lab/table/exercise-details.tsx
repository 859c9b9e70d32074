/**
 * Below an exercise's failure table: the cell that is looked at, in full, and what the signs mean.
 */
import { Text } from '@mantine/core'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import type { ColumnCell, Refusal } from '../worker/protocol.ts'
import { LEGEND, sayCellAtLength } from './say-cell.ts'
import classes from './table.module.css'

interface DetailsProps {
  title: string
  answer: string
  found: ColumnCell | undefined
  isHidden: boolean
  refusal: Refusal | undefined
}

export function CellDetails({ title, answer, found, isHidden, refusal }: DetailsProps) {
  const said = (() => {
    if (refusal !== undefined) return { head: refusal.sentence, body: refusal.next }
    if (isHidden)
      return { head: 'What do you think will happen?', body: 'Press Enter to choose a word, R to reveal.' }
    if (found === undefined) return { head: 'not measured yet', body: '' }
    const { cell, shown } = found
    const plan = shown === undefined ? '' : sayPlan(shown.plan)
    return { head: sayCellAtLength(cell), body: [plan, cell.example?.message].filter(Boolean).join(' → ') }
  })()
  return (
    <>
      <Text size="sm" truncate>
        <b>{answer}</b> under <b>{title}</b>: {said.head}
      </Text>
      <Text size="sm" className={classes.soft} lineClamp={2}>
        {said.body}
      </Text>
    </>
  )
}

export function Legend() {
  return LEGEND.map(({ tone, sign, words, meaning }) => (
    <span key={meaning} className={classes.entry}>
      <span className={classes.sample} data-tone={tone}>
        {sign} {words}
      </span>{' '}
      {meaning}
    </span>
  ))
}
