/**
 * Gives a run away: as a link, a command or a test.
 */
import { Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy, IconLink, IconTerminal2, IconTestPipe } from '@tabler/icons-react'
import { commandOf, linkOf, testOf } from './copies.ts'
import classes from './lab.module.css'
import type { LabView } from './lab-view.ts'

export function CopyMenu({ view }: { view: () => LabView }) {
  const { copy, copied } = useClipboard({ timeout: 1500 })
  return (
    <Menu position="top-end" withinPortal>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          className={classes.worded!}
          aria-label={copied ? 'Copied' : 'Copy'}
          leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
        >
          <span className={classes.word}>{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLink size={16} />} onClick={() => copy(link(view()))}>
          Copy link
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTerminal2 size={16} />}
          disabled={commandOf(view().request) === undefined}
          onClick={() => copy(commandOf(view().request))}
        >
          Copy as command
        </Menu.Item>
        <Menu.Item leftSection={<IconTestPipe size={16} />} onClick={() => copy(test(view()))}>
          Copy as test
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function link({ link: shown, seq, run }: LabView): string {
  const { at: _, ...rest } = shown
  return linkOf(seq >= run.records.length ? rest : { ...rest, at: seq }, location.href)
}

function test({ request, run }: LabView): string {
  return testOf(request, run.answer?.file)
}
