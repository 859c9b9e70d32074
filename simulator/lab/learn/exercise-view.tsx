/**
 * One exercise: its task or the model answer, and the verdict beside it where there is room, else behind a tab.
 */
import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useMemo } from 'react'
import { writeExercisePlan } from '#simulator/explore/exercise-plan.ts'
import { goTo } from '../shell/location.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { ExerciseList } from './exercise-list.tsx'
import { STATE_WORDS, stateOf } from './exercise-state.ts'
import { headlineOf } from './headline.ts'
import classes from './learn.module.css'
import { type LearnPlace, type Pane, writeHash, writeLearnPlace } from './learn-place.ts'
import type { useMemory } from './memory.ts'
import { ModelAnswer } from './model-answer.tsx'
import { summarise } from './summary.ts'
import { TaskPane } from './task-pane.tsx'
import { useJudgement } from './use-judgement.ts'
import { useSaves } from './use-saves.ts'
import { HeadlineLine } from './verdict-headline.tsx'
import { VerdictPanel } from './verdict-panel.tsx'

export interface ExerciseViewProps {
  readonly entry: CatalogEntry
  readonly exercises: readonly CatalogEntry[]
  readonly place: LearnPlace
  readonly memory: ReturnType<typeof useMemory>
}

export function ExerciseView({ entry, exercises, place, memory }: ExerciseViewProps) {
  const answer = place.answer ?? (entry.content === undefined ? 'starter' : 'yours')
  const judging = useJudgement(entry.name, answer, useSaves(entry.name))
  const { judgement, isPending } = judging
  const { rememberJudgement } = memory
  // biome-ignore lint/correctness/useExhaustiveDependencies: remembered once for each judgement
  useEffect(() => {
    if (isPending || answer !== 'yours' || judgement === undefined) return
    const [first] = judgement.explanations
    const plan = first === undefined ? undefined : writeExercisePlan(first.plan)
    rememberJudgement(entry.name, summarise(judgement, plan))
  }, [judgement, isPending])

  const remembered = memory.memory.exercises[entry.name]
  const isWide = useMediaQuery('(min-width: 62.5em)', true, { getInitialValueInEffect: false })
  const show: Pane = isWide && place.show === 'verdict' ? 'task' : place.show
  const change = (part: Partial<LearnPlace>) =>
    goTo(writeLearnPlace({ ...place, at: undefined, ...part } as LearnPlace), true)
  const panes = useMemo(() => panesFor(isWide), [isWide])
  const headline = headlineOf(judging)

  const verdict = (
    <VerdictPanel
      entry={entry}
      answer={answer}
      judging={judging}
      remembered={answer === 'yours' ? remembered : undefined}
      memory={memory}
      next={exercises[exercises.indexOf(entry) + 1]}
      onAnswer={chosen => change({ answer: chosen, show: place.show })}
    />
  )
  return (
    <div className={classes.layout}>
      <ExerciseList exercises={exercises} chosen={entry.name} memory={memory.memory} />
      <div className={classes.bar}>
        <NativeSelect
          className={classes.chooser}
          size="xs"
          aria-label="Exercise"
          value={entry.name}
          onChange={event => goTo(writeHash({ exercise: event.currentTarget.value, show: 'task' }))}
          data={exercises.map(({ name, number, title, content }) => ({
            value: name,
            label: `${number} ${title} (${STATE_WORDS[stateOf(memory.memory.exercises[name], content)]})`,
          }))}
        />
        <SegmentedControl
          size="xs"
          aria-label="What is shown"
          data={panes}
          value={show}
          onChange={chosen => change({ show: chosen as Pane })}
        />
        {!isWide && show !== 'verdict' && <HeadlineLine headline={headline} />}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it */}
      <section className={classes.pane} tabIndex={0} aria-label={PANE_NAMES[show]}>
        {show === 'task' && <TaskPane entry={entry} {...(place.at === undefined ? {} : { at: place.at })} />}
        {show === 'solution' && (
          <ModelAnswer
            entry={entry}
            isEarned={remembered?.now.holds === true || entry.content === undefined}
          />
        )}
        {show === 'verdict' && verdict}
      </section>
      {isWide && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it
        <section className={classes.verdict} tabIndex={0} aria-label="Verdict">
          {verdict}
        </section>
      )}
    </div>
  )
}

const PANE_NAMES: Readonly<Record<Pane, string>> = {
  task: 'Task',
  verdict: 'Verdict',
  solution: 'Model answer',
}

function panesFor(isWide: boolean): { value: Pane; label: string }[] {
  const panes: readonly Pane[] = isWide ? ['task', 'solution'] : ['task', 'verdict', 'solution']
  return panes.map(value => ({ value, label: PANE_NAMES[value] }))
}
