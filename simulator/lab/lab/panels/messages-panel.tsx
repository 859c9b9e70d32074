/**
 * The messages of a topic up to the moment, and one of them in full.
 */
import { NativeSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import { sayMessage } from '#simulator/trace/sentence.ts'
import { MessageDetail } from './message-detail.tsx'
import { type MessageFacts, messagesOf, sayStanding } from './message-facts.ts'
import { OnlySubject } from './only-subject.tsx'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'
import { VirtualList } from './virtual-list.tsx'

export function MessagesPanel(props: PanelProps) {
  const { run, seq, subject } = props
  const index = messagesOf(run)
  const [chosenTopic, setTopic] = useState<string>()
  const [partition, setPartition] = useState('')
  const [isOnlySubject, setOnlySubject] = useState(false)
  const [open, setOpen] = useState<string>()
  const topics = [...index.byTopic.keys()]
  const topic =
    chosenTopic !== undefined && index.byTopic.has(chosenTopic) ? chosenTopic : busiest(index.byTopic)
  const message = open === undefined ? undefined : index.byPlace.get(open)
  const all = useMemo(
    () =>
      (index.byTopic.get(topic) ?? []).filter(
        ({ append: { partition: own, key } }) =>
          (partition === '' || own === Number(partition)) &&
          (!isOnlySubject || subject === undefined || key === subject),
      ),
    [index, topic, partition, isOnlySubject, subject],
  )
  if (message !== undefined) {
    return <MessageDetail {...props} index={index} message={message} open={setOpen} />
  }
  const count = countAppended(all, seq)
  const partitions = run.topology.topics.find(entry => entry.topic === topic)?.partitions ?? 1
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <NativeSelect
          size="xs"
          aria-label="Topic"
          value={topic}
          onChange={event => {
            setTopic(event.currentTarget.value)
            setPartition('')
          }}
          data={topics.map(name => ({
            value: name,
            label: `${name} (${countAppended(index.byTopic.get(name)!, seq)})`,
          }))}
          className={classes.grow}
        />
        <NativeSelect
          size="xs"
          aria-label="Partition"
          value={partition}
          onChange={event => setPartition(event.currentTarget.value)}
          data={[
            { value: '', label: 'all partitions' },
            ...Array.from({ length: partitions }, (_, number) => ({
              value: String(number),
              label: `partition ${number}`,
            })),
          ]}
        />
        <OnlySubject subject={subject} isOn={isOnlySubject} onChange={setOnlySubject} />
      </div>
      {count === 0 && <p className={classes.count}>Nothing has been published here yet.</p>}
      <VirtualList
        count={count}
        rowRem={2}
        label={`Messages of ${topic}`}
        className={classes.fill}
        rowKey={position => all[count - 1 - position]!.place}
        row={position => <MessageRow message={all[count - 1 - position]!} seq={seq} open={setOpen} />}
      />
    </div>
  )
}

function MessageRow({
  message,
  seq,
  open,
}: {
  message: MessageFacts
  seq: number
  open(place: string): void
}) {
  const { append, place } = message
  const standing = sayStanding(message, seq)
  return (
    <button type="button" className={classes.message} onClick={() => open(place)} title={place}>
      <span className={classes.offset}>
        {append.partition}@{append.offset}
      </span>
      <span className={classes.label}>{sayMessage(append.label)}</span>
      <span className={classes.standing} data-trouble={standing.isTrouble || undefined}>
        {standing.text}
      </span>
    </button>
  )
}

function countAppended(messages: readonly MessageFacts[], seq: number): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (messages[middle]!.append.seq <= seq) low = middle + 1
    else high = middle
  }
  return low
}

function busiest(byTopic: ReadonlyMap<string, readonly MessageFacts[]>): string {
  let found = ''
  for (const [topic, messages] of byTopic)
    if (found === '' || messages.length > byTopic.get(found)!.length) found = topic
  return found
}
