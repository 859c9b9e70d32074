/**
 * Plans a fault at a site: first where, among the sites the run came by, then what goes wrong there.
 */
import { Button, Group, Modal, NumberInput, Radio, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type FormEvent, useDeferredValue, useMemo, useState } from 'react'
import type { Fault } from '#simulator/world/runtime.ts'
import type { RunResult } from '../../worker/protocol.ts'
import { VirtualList } from '../panels/virtual-list.tsx'
import { faultsAt, type SiteChoice, searchSites, siteChoicesOf } from './site-choices.ts'
import classes from './toolbar.module.css'

interface SiteFormProps {
  readonly run: RunResult
  readonly isOpen: boolean
  onClose(): void
  onAdd(fault: Fault): void
}

export function SiteForm({ run, isOpen, onClose, onAdd }: SiteFormProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="A fault at a site" size="56rem" centered>
      <SiteFormBody run={run} onAdd={onAdd} />
    </Modal>
  )
}

function SiteFormBody({ run, onAdd }: Pick<SiteFormProps, 'run' | 'onAdd'>) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<SiteChoice>()
  const searched = useDeferredValue(text)
  const choices = siteChoicesOf(run)
  const found = useMemo(() => searchSites(choices, searched), [choices, searched])
  return (
    <div className={classes.siteForm}>
      <Stack gap="xs" className={classes.sites}>
        <TextInput
          label="Where"
          placeholder="inventory order-3 commit"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          data-autofocus
        />
        <Text size="xs" role="status">
          {found.length} of {choices.length} sites that this run came by
        </Text>
        <VirtualList
          count={found.length}
          rowRem={3.1}
          className={classes.siteList}
          label="Sites"
          row={index => (
            <button
              type="button"
              className={classes.site}
              aria-pressed={found[index] === chosen}
              onClick={() => setChosen(found[index])}
            >
              <span>{found[index]!.words}</span>
              <code>{found[index]!.site.base}</code>
            </button>
          )}
        />
      </Stack>
      {chosen === undefined ? (
        <Text size="sm" className={classes.choose}>
          Choose where it goes wrong; what can go wrong there then stands here.
        </Text>
      ) : (
        <FaultChoices key={chosen.site.base} choice={chosen} onAdd={onAdd} />
      )}
    </div>
  )
}

function FaultChoices({ choice: { site }, onAdd }: { choice: SiteChoice; onAdd(fault: Fault): void }) {
  const [occurrence, setOccurrence] = useState(1)
  const [index, setIndex] = useState('0')
  const choices = useMemo(() => faultsAt(site, occurrence), [site, occurrence])
  const add = (event: FormEvent) => {
    event.preventDefault()
    const choice = choices[Number(index)]
    if (choice !== undefined) onAdd(choice.fault)
  }
  return (
    <form onSubmit={add} className={classes.faultChoices}>
      <Radio.Group value={index} onChange={setIndex} label="What goes wrong">
        <Stack gap="xs" mt={6} className={classes.radios}>
          {choices.map(({ sentence, fault }, position) => (
            <Radio key={JSON.stringify(fault)} value={String(position)} label={sentence} size="sm" />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="space-between" align="flex-end" mt="md">
        {site.visits > 1 ? (
          <NumberInput
            label={`Which of ${site.visits} visits`}
            value={occurrence}
            onChange={value => setOccurrence(Math.min(site.visits, Math.max(1, Number(value) || 1)))}
            min={1}
            max={site.visits}
            w="10rem"
          />
        ) : (
          <span />
        )}
        <Button type="submit">Add this fault</Button>
      </Group>
    </form>
  )
}
