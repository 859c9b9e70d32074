/**
 * A counterexample: what was promised, what happened, under which faults, and its run beside the one without them.
 */
import { Button, CopyButton, Group, SegmentedControl } from '@mantine/core'
import { IconCheck, IconFlask, IconTerminal2 } from '@tabler/icons-react'
import { useState } from 'react'
import { replayCommand } from '#simulator/explore/exercise-plan.ts'
import type { Explanation } from '#simulator/explore/explain.ts'
import { writeLabLink } from '../lab/lab-link.ts'
import { LazyDiagram } from '../reading/lazy-diagram.tsx'
import { writePlace } from '../shell/location.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { Fact, Facts } from './facts.tsx'
import { LadderTable } from './ladder-table.tsx'
import { Said } from './said.tsx'
import classes from './verdict.module.css'

const MAX_HAPPENED = 4

export interface ExplanationViewProps {
  readonly exercise: CatalogEntry
  readonly answer: string
  readonly explanation: Explanation
}

export function ExplanationView({ exercise, answer, explanation }: ExplanationViewProps) {
  const { plan, trouble, firstDifference, note } = explanation
  // Where nothing was made to go wrong, what the program threw is the story, and the rest its consequence.
  const throwsFirst = plan.faults.length === 0 || trouble !== undefined
  const thrown = <Thrown explanation={explanation} />
  return (
    <>
      <Facts>
        {throwsFirst && thrown}
        {trouble === undefined ? (
          <Happened explanation={explanation} />
        ) : (
          <>
            <Fact name="Promised">Every run comes to an end, and can be judged there.</Fact>
            <Fact name="Happened">
              <Said>{trouble.sentence}</Said>
            </Fact>
          </>
        )}
        {!throwsFirst && thrown}
        <Fact name="Under">
          <Said>{explanation.planSentence}</Said>
        </Fact>
        {trouble !== undefined && trouble.next !== '' && (
          <Fact name="Next">
            <Said>{trouble.next}</Said>
          </Fact>
        )}
        {firstDifference !== undefined && (
          <Fact name="They part">
            <Said>{firstDifference.sentence}</Said>
          </Fact>
        )}
        {note !== undefined && <Fact name="Note">{note}</Fact>}
      </Facts>
      <Actions exercise={exercise} answer={answer} explanation={explanation} />
      <Pictures explanation={explanation} />
    </>
  )
}

function Happened({ explanation: { promise, happened } }: { explanation: Explanation }) {
  if (happened.length === 0) return null
  return (
    <>
      <Fact name="Promised">
        <Said>{promise}</Said>
      </Fact>
      <Fact name="Happened">
        <ul className={classes.plain}>
          {happened.slice(0, MAX_HAPPENED).map(({ outcome, message }) => (
            <li key={message}>
              <strong className={classes.outcome}>{outcome}</strong>: <Said>{`${message}.`}</Said>
            </li>
          ))}
          {happened.length > MAX_HAPPENED && <li>and {happened.length - MAX_HAPPENED} more</li>}
        </ul>
      </Fact>
    </>
  )
}

function Thrown({ explanation: { errors } }: { explanation: Explanation }) {
  if (errors.length === 0) return null
  return (
    <Fact name="Thrown">
      <ul className={classes.plain}>
        {errors.map(({ sentence, at }) => (
          <li key={sentence}>
            {sentence}
            {at !== undefined && <code className={classes.at}>{at}</code>}
          </li>
        ))}
      </ul>
    </Fact>
  )
}

function Actions({ exercise, answer, explanation: { plan, twin, happened } }: ExplanationViewProps) {
  const subject = happened[0]?.subjects?.[0]
  const link = writeLabLink({
    scenario: { kind: 'exercise', exercise: exercise.name, answer },
    plan,
    ...(subject === undefined ? {} : { subject }),
    ...(twin === undefined ? {} : { comparedWith: twin.plan }),
  })
  return (
    <Group gap="xs" my="sm">
      <Button
        component="a"
        href={writePlace(link)}
        size="xs"
        leftSection={<IconFlask size={15} aria-hidden />}
      >
        Open in the lab
      </Button>
      <CopyButton value={replayCommand(exercise.number, plan, answer)}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            onClick={copy}
            leftSection={
              copied ? <IconCheck size={15} aria-hidden /> : <IconTerminal2 size={15} aria-hidden />
            }
          >
            {copied ? 'Copied' : 'Copy as command'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

function Pictures({ explanation: { ladder, mermaid, trouble, twin } }: { explanation: Explanation }) {
  const [shown, setShown] = useState<'ladder' | 'diagram'>('ladder')
  // A run that cannot be judged and has no twin is told in a sentence; its steps would only lead away from that.
  if ((trouble !== undefined && twin === undefined) || ladder.lanes.length < 2) return null
  return (
    <div className={classes.pictures}>
      <SegmentedControl
        size="xs"
        aria-label="How the run is shown"
        data={[
          { value: 'ladder', label: twin === undefined ? 'Step by step' : 'Beside its passing twin' },
          { value: 'diagram', label: 'Sequence diagram' },
        ]}
        value={shown}
        onChange={value => setShown(value as typeof shown)}
      />
      {shown === 'ladder' ? (
        <LadderTable ladder={ladder} />
      ) : (
        <LazyDiagram source={mermaid} title="The failing run as a sequence diagram" />
      )}
    </div>
  )
}
