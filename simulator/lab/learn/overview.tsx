/**
 * All exercises with their goals, for those who come without having chosen one.
 */
import { Button, Container, Text, Title } from '@mantine/core'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { stateOf } from './exercise-state.ts'
import classes from './learn.module.css'
import { writeHash } from './learn-place.ts'
import type { Memory } from './memory.ts'
import { ProgressLine } from './progress-line.tsx'
import { StateMark } from './state-mark.tsx'

export function Overview({ exercises, memory }: { exercises: readonly CatalogEntry[]; memory: Memory }) {
  const next = exercises.find(({ name, content }) => stateOf(memory.exercises[name], content) !== 'holds')
  const hasOwn = exercises.some(({ content }) => content !== undefined)
  return (
    <Container size="md" py="xl">
      <Title order={1}>Learn</Title>
      <Text mt="xs" maw="70ch">
        {hasOwn
          ? 'Each exercise is a file that works as long as nothing goes wrong. Keep this page beside your editor: whenever you save, the file is tried with every single fault, then with pairs of them, and you see the smallest one that breaks it.'
          : 'Each exercise is a file that works as long as nothing goes wrong. Here you can watch the starters, the known mistakes and the model answers; to write your own, clone the repository and run npm start.'}
      </Text>
      <div className={classes.overviewHead}>
        <ProgressLine exercises={exercises} memory={memory} />
        {next !== undefined && (
          <Button component="a" href={writeHash({ exercise: next.name, show: 'task' })}>
            {next === exercises[0] ? 'Begin' : 'Go on'} with {next.number}
          </Button>
        )}
      </div>
      <ol className={classes.cards}>
        {exercises.map(({ name, number, title, goal, content }) => (
          <li key={name}>
            <a className={classes.card} href={writeHash({ exercise: name, show: 'task' })}>
              <span className={classes.cardNumber}>{number}</span>
              <span>
                <strong>{title}</strong>
                <span className={classes.cardGoal}>{goal}</span>
              </span>
              <StateMark state={stateOf(memory.exercises[name], content)} withWord />
            </a>
          </li>
        ))}
      </ol>
    </Container>
  )
}
