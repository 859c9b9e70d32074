/**
 * "Fork from here": the same run, with a fault at what has just happened.
 */
import { Button, Menu, Text } from '@mantine/core'
import { IconGitFork } from '@tabler/icons-react'
import { useState } from 'react'
import { proposeFaults } from './fork.ts'
import classes from './lab.module.css'
import type { LabView } from './lab-view.ts'

export function ForkMenu({ view }: { view: () => LabView }) {
  const [isOpen, setOpen] = useState(false)
  const proposals = isOpen ? proposeFaults(view().run, view().seq) : []
  return (
    <Menu position="top" withinPortal opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          className={classes.worded!}
          aria-label="Fork from here"
          leftSection={<IconGitFork size={15} />}
        >
          <span className={classes.word}>Fork from here</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What if, right here …</Menu.Label>
        {proposals.map(({ title, fault }) => (
          <Menu.Item
            key={title}
            onClick={() => {
              const { link, seq, change } = view()
              const plan = { ...link.plan, faults: [...link.plan.faults, fault] }
              change({ plan, at: seq })
            }}
          >
            {title}
          </Menu.Item>
        ))}
        {isOpen && proposals.length === 0 && (
          <Text size="sm" px="sm" py={4} maw={260}>
            No fault can strike at this record. Step to a message, a commit or a request.
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
