/**
 * Below the flow's failure table: the failure mode that is looked at, and what the signs mean.
 */
import { Text } from '@mantine/core'
import type { FlowRow } from '#simulator/shop/flow-table.ts'
import { sayBusiness, sayLocal } from '#simulator/shop/flow-table-words.ts'
import classes from './table.module.css'

export function FlowDetails({
  title,
  row,
  isHidden,
}: {
  title: string
  row: FlowRow | undefined
  isHidden: boolean
}) {
  if (row === undefined || isHidden) {
    return (
      <Text size="sm">
        <b>{title}</b>:{' '}
        {isHidden ? 'what do you think: does everything hold in the end?' : 'not measured yet'}
      </Text>
    )
  }
  const { measured, schedule } = row
  const [broken] = measured.broken
  return (
    <>
      <Text size="sm" lineClamp={1}>
        <b>{title}</b>: {schedule}
      </Text>
      <Text size="sm" className={classes.soft} lineClamp={2}>
        {[
          broken === undefined ? '' : `${broken.message}.`,
          `Local: ${sayLocal(measured)}.`,
          `Business: ${sayBusiness(measured)}.`,
        ]
          .filter(Boolean)
          .join(' ')}
      </Text>
    </>
  )
}

export function FlowLegend() {
  return (
    <>
      <span className={classes.entry}>
        <span className={classes.sample} data-tone="right">
          ✓ none
        </span>{' '}
        every guarantee holds after healing
      </span>
      <span className={classes.entry}>
        <span className={classes.sample} data-tone="broken">
          ✗ lost, noticed
        </span>{' '}
        acknowledged data was destroyed, and a guarantee noticed
      </span>
      <span className={classes.entry}>
        Measured beside the run in which nothing fails; “can one tell?” and “cause” were written by people.
      </span>
    </>
  )
}
