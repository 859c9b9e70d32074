/**
 * All demos, each with what to watch and what to say.
 */
import { Anchor, Button, Group, Kbd, Text, Title } from '@mantine/core'
import { IconPlayerPlay, IconPresentation } from '@tabler/icons-react'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { writeLabLink } from '../lab/lab-link.ts'
import { writePlace } from '../shell/location.ts'
import { DEMOS, type Demo } from './demos.ts'
import classes from './lecture.module.css'

export function DemoCards() {
  return (
    <div className={classes.page}>
      <Group justify="space-between" align="end" gap="sm">
        <div>
          <Title order={1} size="h2">
            Six demos for a lecture
          </Title>
          <Text size="sm">
            Each opens a run at the moment that matters. It is the same run every time: nothing can go wrong
            but what should.
          </Text>
        </div>
        <Group gap="sm">
          <Button component="a" href="#/table/flow?predict" variant="default">
            Predict the failure table
          </Button>
          <Button component="a" href="#/lecture/1" leftSection={<IconPresentation size={18} aria-hidden />}>
            Present
          </Button>
        </Group>
      </Group>
      <ol className={classes.cards}>
        {DEMOS.map((demo, index) => (
          <Card key={demo.name} demo={demo} number={index + 1} />
        ))}
      </ol>
      <Text size="sm">
        While presenting: <Kbd>PageDown</Kbd> next, <Kbd>Enter</Kbd> opens the run, <Kbd>N</Kbd> notes,{' '}
        <Kbd>?</Kbd> all keys.
      </Text>
    </div>
  )
}

function Card({ demo, number }: { demo: Demo; number: number }) {
  const { title, watch, notes, link } = demo
  return (
    <li className={classes.card}>
      <Title order={2} size="h4" className={classes.cardTitle}>
        <span className={classes.number}>{number}</span>
        <Anchor href={`#/lecture/${number}`} inherit c="inherit">
          {title}
        </Anchor>
      </Title>
      <Text size="sm">{watch}</Text>
      <Text size="sm" className={classes.say}>
        <b>Say:</b> {notes}
      </Text>
      <Group justify="space-between" wrap="nowrap" mt="auto" gap="sm">
        <Text size="xs" lineClamp={2} className={classes.soft} title={sayPlan(link.plan)}>
          {whatRuns(demo)}
        </Text>
        <Button
          component="a"
          href={writePlace(writeLabLink(link))}
          size="compact-md"
          variant="light"
          className={classes.open}
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          aria-label={`Open the run: ${title}`}
        >
          Open
        </Button>
      </Group>
    </li>
  )
}

/** `exercise 12, no-dedupe` */
export function whatRuns({ link: { scenario } }: Demo): string {
  if (scenario.kind === 'shop') return `the order flow, ${scenario.orders} orders`
  if (scenario.kind === 'rush') return `${scenario.messages} messages`
  return `exercise ${scenario.exercise.slice(0, 2)}, ${scenario.answer}`
}
