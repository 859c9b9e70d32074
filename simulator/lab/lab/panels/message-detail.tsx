/**
 * One message in full: its envelope, what became of it, what it follows from and what follows from it.
 */
import { ActionIcon, Button, Group } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { PublishedEvent } from '#simulator/trace/causality.ts'
import { formatTime, sayMessage } from '#simulator/trace/sentence.ts'
import { causalStory, type MessageFacts, type MessageIndex, prettyValue } from './message-facts.ts'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'

interface MessageDetailProps extends PanelProps {
  readonly index: MessageIndex
  readonly message: MessageFacts
  /** Opens another message, or none. */
  open(place: string | undefined): void
}

export function MessageDetail({ index, message, seq, subject, seek, choose, open }: MessageDetailProps) {
  const { append, place, steps } = message
  const { key } = append
  const past = steps.filter(step => step.seq <= seq)
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <ActionIcon variant="subtle" aria-label="Back to the messages" onClick={() => open(undefined)}>
          <IconArrowLeft size={18} aria-hidden />
        </ActionIcon>
        <h3 className={classes.title}>{sayMessage(append.label)}</h3>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className={classes.detail} tabIndex={0} aria-label={`Message ${place}`}>
        <dl className={classes.facts}>
          <Fact name="place">{place}</Fact>
          <Fact name="key">{key ?? 'none'}</Fact>
          <Fact name="producer">{append.producer}</Fact>
          <Fact name="published">{formatTime(append.t)}</Fact>
          {append.transactional === true && <Fact name="transaction">counts once it commits</Fact>}
        </dl>
        <Group gap="xs" my="xs">
          <Button size="compact-xs" variant="default" onClick={() => seek(append.seq)}>
            Show when it was published
          </Button>
          {key !== null && key !== subject && (
            <Button size="compact-xs" variant="default" onClick={() => choose(key)}>
              Follow {key}
            </Button>
          )}
        </Group>
        <h4 className={classes.heading}>Value</h4>
        <pre className={classes.value}>{prettyValue(append.value)}</pre>
        <h4 className={classes.heading}>What became of it</h4>
        {past.length === 0 ? (
          <p className={classes.hint}>Nobody has read it yet.</p>
        ) : (
          <ol className={classes.steps}>
            {past.map(step => (
              <li key={`${step.seq} ${step.what}`}>
                <button type="button" className={classes.step} onClick={() => seek(step.seq)}>
                  <span className={classes.time}>{formatTime(step.t)}</span>
                  <span data-trouble={step.what === 'failed' || step.what === 'expired' || undefined}>
                    {step.what}{' '}
                    {step.by === ''
                      ? ''
                      : step.what.startsWith('delivered')
                        ? `to ${step.by}`
                        : `by ${step.by}`}
                    {step.error === undefined ? '' : `: ${step.error}`}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
        <Causes index={index} message={message} open={open} />
      </section>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Causes({ index, message, open }: Pick<MessageDetailProps, 'index' | 'message' | 'open'>) {
  const story = useMemo(() => causalStory(index, message), [index, message])
  if (story === undefined) return null
  const { command, causes, broken, effects } = story
  return (
    <>
      <h4 className={classes.heading}>Where it comes from</h4>
      <ol className={classes.chain}>
        {command !== undefined && <li className={classes.command}>command {command}</li>}
        {broken !== undefined && <li className={classes.command}>{broken}</li>}
        {causes.map(event => (
          <Cause key={event.id} event={event} isThis={event.at === message.place} open={open} />
        ))}
      </ol>
      {effects.length > 0 && (
        <>
          <h4 className={classes.heading}>What follows from it</h4>
          <ol className={classes.chain}>
            {effects.map(event => (
              <Cause key={event.id} event={event} isThis={false} open={open} />
            ))}
          </ol>
        </>
      )}
    </>
  )
}

interface CauseProps {
  readonly event: PublishedEvent
  readonly isThis: boolean
  open(place: string): void
}

function Cause({ event, isThis, open }: CauseProps) {
  return (
    <li>
      <button
        type="button"
        className={classes.cause}
        aria-current={isThis ? 'true' : undefined}
        onClick={() => open(event.at)}
      >
        {sayMessage(event.label)} <span className={classes.offset}>{event.at}</span>
        {event.copies > 1 ? ` ×${event.copies}` : ''}
      </button>
    </li>
  )
}
