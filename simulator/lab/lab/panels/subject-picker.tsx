/**
 * Chooses the order, product or other subject that story and diagram are about.
 */
import { Select } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { memo } from 'react'
import type { RunResult } from '../../worker/protocol.ts'
import classes from './panels.module.css'
import { subjectsOf } from './subjects.ts'

interface SubjectPickerProps {
  readonly run: RunResult
  readonly subject: string | undefined
  choose(subject: string | undefined): void
}

export const SubjectPicker = memo(function SubjectPicker({ run, subject, choose }: SubjectPickerProps) {
  const subjects = subjectsOf(run)
  const data = subject === undefined || subjects.includes(subject) ? subjects : [subject, ...subjects]
  return (
    <div className={classes.subject}>
      <Select
        size="xs"
        aria-label="Subject to follow"
        placeholder="Follow an order…"
        leftSection={<IconRoute size={15} aria-hidden />}
        data={data}
        value={subject ?? null}
        onChange={value => choose(value ?? undefined)}
        searchable
        clearable
        limit={200}
        nothingFoundMessage="Nothing of that name in this run"
        clearButtonProps={{ 'aria-label': 'Follow nothing' }}
      />
    </div>
  )
})
