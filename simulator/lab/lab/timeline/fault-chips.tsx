/**
 * The faults of the plan, each as a sentence that can be opened, rewritten and removed.
 */
import { Button, Group, Popover, Text, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, memo, useState } from 'react'
import { sayFault } from '#simulator/explore/say-plan.ts'
import { type PlanTargets, parseFault } from '#simulator/faults/plan.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { FaultIcon } from './fault-icon.tsx'
import classes from './toolbar.module.css'
import type { PlanActions } from './use-plan-edit.ts'

interface FaultChipsProps {
  readonly faults: readonly Fault[]
  /** Those at a site that the run never came by, as they are written. */
  readonly unstruck: ReadonlySet<string>
  readonly targets: PlanTargets
  readonly actions: PlanActions
}

export const FaultChips = memo(function FaultChips(props: FaultChipsProps) {
  const { faults, unstruck, targets, actions } = props
  if (faults.length === 0) {
    return (
      <p className={classes.none}>
        Nothing goes wrong yet. Drag on a row to paint a fault, or choose a site.
      </p>
    )
  }
  return (
    <ul className={classes.chips} aria-label="Faults of the plan">
      {faults.map((fault, index) => {
        const text = writeShortForm(fault)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fault is where it stands in the plan, whatever it says
          <li key={index} className={classes.chip}>
            <ChipText
              fault={fault}
              text={text}
              isUnstruck={unstruck.has(text)}
              targets={targets}
              onChange={changed => actions.replace(index, changed)}
            />
            <button
              type="button"
              className={classes.remove}
              aria-label={`Remove: ${plain(sayFault(fault))}`}
              onClick={() => actions.remove(index)}
            >
              <IconX size={14} aria-hidden />
            </button>
          </li>
        )
      })}
    </ul>
  )
})

interface ChipTextProps {
  readonly fault: Fault
  readonly text: string
  readonly isUnstruck: boolean
  readonly targets: PlanTargets
  onChange(fault: Fault): void
}

function ChipText({ fault, text, isUnstruck, targets, onChange }: ChipTextProps) {
  const [isOpen, setOpen] = useState(false)
  const sentence = plain(sayFault(fault))
  return (
    <Popover opened={isOpen} onChange={setOpen} width={420} trapFocus position="bottom-start" shadow="md">
      <Popover.Target>
        <button type="button" className={classes.chipText} title={sentence} onClick={() => setOpen(!isOpen)}>
          <FaultIcon kind={fault.kind} size={14} />
          <span>
            {isUnstruck && <strong>never struck: </strong>}
            {sentence}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ShortFormEditor
          sentence={sentence}
          text={text}
          targets={targets}
          onSave={changed => {
            setOpen(false)
            onChange(changed)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

interface ShortFormEditorProps {
  readonly sentence: string
  readonly text: string
  readonly targets: PlanTargets
  onSave(fault: Fault): void
}

function ShortFormEditor({ sentence, text, targets, onSave }: ShortFormEditorProps) {
  const [value, setValue] = useState(text)
  const [problem, setProblem] = useState<string>()
  const save = (event: FormEvent) => {
    event.preventDefault()
    try {
      onSave(parseFault(value.trim(), 'fault', targets))
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error
      setProblem(`${error.message} ${error.next}`)
    }
  }
  return (
    <form onSubmit={save}>
      <Text size="sm" mb="xs">
        {sentence}
      </Text>
      <TextInput
        label="As the command line and the link write it"
        value={value}
        onChange={event => setValue(event.currentTarget.value)}
        error={problem}
        classNames={{ input: classes.mono ?? '', error: classes.error ?? '' }}
        spellCheck={false}
        data-autofocus
      />
      <Group justify="flex-end" mt="xs">
        <Button type="submit" size="xs">
          Apply
        </Button>
      </Group>
    </form>
  )
}

/** Names of statements stand between backticks, which mean nothing to a reader here. */
export function plain(sentence: string): string {
  return sentence.replaceAll('`', '')
}
