/**
 * The story of one subject from beginning to end; what is still to come is dimmed.
 */

import { countUpTo, toneOf } from './event-rows.ts'
import { NoSubject } from './no-subject.tsx'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'
import { RecordRow } from './record-row.tsx'
import { concernOf } from './subjects.ts'
import { VirtualList } from './virtual-list.tsx'

export function StoryPanel({ run, seq, subject, seek }: PanelProps) {
  if (subject === undefined) return <NoSubject what="its story" />
  const { records, story } = concernOf(run, subject)
  if (story.length === 0) return <p className={classes.hint}>Nothing in this run concerns {subject}.</p>
  const count = countUpTo(story, seq)
  return (
    <div className={classes.panel}>
      <p className={classes.count}>
        {count} of {story.length} lines of the story of {subject} have happened
      </p>
      <VirtualList
        count={story.length}
        rowRem={2.3}
        label={`The story of ${subject}`}
        className={classes.fill}
        shown={Math.max(0, count - 1)}
        row={index => {
          const { seq: at, t, text } = story[index]!
          return (
            <RecordRow
              seq={at}
              t={t}
              tone={toneOf(records[index]!)}
              text={text}
              isNow={index === count - 1}
              isAhead={index >= count}
              seek={seek}
            />
          )
        }}
      />
    </div>
  )
}
