/**
 * One demo large, for a room: moved on by a presenter's keys.
 */
import { Anchor, Button, Group, Kbd, Modal, Table, Text, Title } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconArrowLeft, IconArrowRight, IconPlayerPlay } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { sayPlan } from '#simulator/explore/say-plan.ts'
import { writeLabLink } from '../lab/lab-link.ts'
import { goTo, writePlace } from '../shell/location.ts'
import { whatRuns } from './demo-cards.tsx'
import { DEMOS } from './demos.ts'
import classes from './lecture.module.css'
import { actionOf, demoAfter, KEYS, type PresenterAction } from './presenter-keys.ts'

export function Presenter({ index }: { index: number }) {
  const demo = DEMOS[index]!
  const [showsNotes, setShowsNotes] = useLocalStorage({ key: 'out-of-order.notes', defaultValue: true })
  const [showsKeys, setShowsKeys] = useState(false)
  useLectureType()

  const act = useEffectEvent((action: PresenterAction) => {
    if (action === 'keys') setShowsKeys(shows => !shows)
    else if (showsKeys) {
      if (action === 'leave') setShowsKeys(false)
    } else if (action === 'notes') setShowsNotes(shows => !shows)
    else if (action === 'leave') goTo('#/lecture')
    else if (action === 'open') goTo(writeLabLink(demo.link))
    // Whoever leaves wants to get back to where the lecture was entered, not through every demo.
    else goTo(`#/lecture/${demoAfter(index, action, DEMOS.length) + 1}`, true)
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const action = actionOf(event)
      // A button or link that has the focus is what Enter is for.
      if (action === undefined || (action === 'open' && event.target !== document.body)) return
      event.preventDefault()
      act(action)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  return (
    <article className={classes.stage} aria-live="polite">
      <Text className={classes.soft}>
        Demo {index + 1} of {DEMOS.length} · {whatRuns(demo)}
      </Text>
      <Title order={1} className={classes.stageTitle}>
        {demo.title}
      </Title>
      <p className={classes.watch}>{demo.watch}</p>
      <p className={classes.plan}>{sayPlan(demo.link.plan)}</p>
      <div className={classes.notes} data-hidden={!showsNotes || undefined}>
        {showsNotes ? (
          <>
            <b>Say:</b> {demo.notes}
          </>
        ) : (
          <span className={classes.soft}>
            <Kbd>N</Kbd> shows the notes
          </span>
        )}
      </div>
      <Group justify="space-between" mt="auto" gap="sm">
        <Group gap="sm">
          <Button
            component="a"
            href={writePlace(writeLabLink(demo.link))}
            size="md"
            leftSection={<IconPlayerPlay size={20} aria-hidden />}
            rightSection={<Kbd>Enter</Kbd>}
          >
            Open the run
          </Button>
          <Anchor href="#/lecture">All demos</Anchor>
          <Anchor component="button" type="button" onClick={() => setShowsKeys(true)}>
            Keys <Kbd>?</Kbd>
          </Anchor>
        </Group>
        <Group gap="sm">
          <Step action="previous" index={index} />
          <Step action="next" index={index} />
        </Group>
      </Group>
      <Modal
        opened={showsKeys}
        onClose={() => setShowsKeys(false)}
        // Escape is heard above: closed here, it would leave the demo as well.
        closeOnEscape={false}
        title="Keys"
        styles={{ content: { border: '1px solid var(--mantine-color-default-border)' } }}
        size="lg"
        centered
      >
        <Table verticalSpacing="xs">
          <Table.Tbody>
            {KEYS.map(({ keys, does }) => (
              <Table.Tr key={does}>
                <Table.Td>
                  <Group gap={6}>
                    {keys.map(key => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </Group>
                </Table.Td>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </article>
  )
}

function Step({ action, index }: { action: 'next' | 'previous'; index: number }) {
  const to = demoAfter(index, action, DEMOS.length)
  const Icon = action === 'next' ? IconArrowRight : IconArrowLeft
  return (
    <Button
      variant="default"
      size="md"
      disabled={to === index}
      onClick={() => goTo(`#/lecture/${to + 1}`, true)}
      aria-label={action === 'next' ? 'Next demo' : 'Previous demo'}
    >
      <Icon size={22} aria-hidden />
    </Button>
  )
}

/** Whoever presents wants lecture type; it stays on in the lab that is opened from here, until it is switched off. */
function useLectureType(): void {
  const [, setLecture] = useLocalStorage({ key: 'out-of-order.lecture', defaultValue: false })
  useEffect(() => setLecture(true), [setLecture])
}
