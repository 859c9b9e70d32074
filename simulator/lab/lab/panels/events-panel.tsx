/**
 * What has happened up to the moment, as sentences, the newest on top.
 */
import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useDeferredValue, useMemo, useState } from 'react'
import { sentenceOf } from '#simulator/trace/sentence.ts'
import { countUpTo, eventsOf, toneOf } from './event-rows.ts'
import { OnlySubject } from './only-subject.tsx'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'
import { RecordRow } from './record-row.tsx'
import { concernOf } from './subjects.ts'
import { VirtualList } from './virtual-list.tsx'

export function EventsPanel({ run, seq, subject, seek }: PanelProps) {
  const [text, setText] = useState('')
  const [isOnlySubject, setOnlySubject] = useState(false)
  const searched = useDeferredValue(text.trim().toLowerCase())
  const isNarrowed = isOnlySubject && subject !== undefined
  const rows = useMemo(() => {
    const all = isNarrowed ? concernOf(run, subject).records : eventsOf(run)
    return searched === '' ? all : all.filter(record => sentenceOf(record).toLowerCase().includes(searched))
  }, [run, isNarrowed, subject, searched])
  const count = countUpTo(rows, seq)
  const rowAt = (index: number) => rows[count - 1 - index]!

  const onKeyDown = ({ key, currentTarget, target }: KeyboardEvent<HTMLElement>) => {
    if (target !== currentTarget) return
    const to = key === 'ArrowDown' ? rowAt(1) : key === 'ArrowUp' ? rows[count] : undefined
    if (to !== undefined) seek(to.seq)
  }
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <TextInput
          size="xs"
          aria-label="Search the events"
          placeholder="Search: crashed, OrderPlaced, inventory…"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          className={classes.grow}
          rightSection={<span className={classes.tally}>{`${number(count)} of ${number(rows.length)}`}</span>}
          rightSectionWidth="7rem"
        />
        <OnlySubject subject={subject} isOn={isOnlySubject} onChange={setOnlySubject} />
      </div>
      <VirtualList
        count={count}
        rowRem={2.3}
        label="Events up to the moment"
        className={classes.fill}
        rowKey={index => rowAt(index).seq}
        onKeyDown={onKeyDown}
        row={index => {
          const record = rowAt(index)
          return (
            <RecordRow
              seq={record.seq}
              t={record.t}
              tone={toneOf(record)}
              text={sentenceOf(record, isNarrowed ? subject : '')}
              isNow={index === 0}
              seek={seek}
            />
          )
        }}
      />
    </div>
  )
}

function number(count: number): string {
  return count.toLocaleString('en')
}
