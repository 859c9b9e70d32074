/**
 * What can be looked at besides the flow: messages, tables, stories, diagrams, guarantees.
 */
import { Tabs } from '@mantine/core'
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react'
import type { LabLink } from './lab-link.ts'
import type { LabView } from './lab-view.ts'
import { DiagramPanel } from './panels/diagram-panel.tsx'
import { EventsPanel } from './panels/events-panel.tsx'
import { GuaranteesPanel } from './panels/guarantees-panel.tsx'
import { MessagesPanel } from './panels/messages-panel.tsx'
import type { PanelProps } from './panels/panel-props.ts'
import classes from './panels/panels.module.css'
import { StoryPanel } from './panels/story-panel.tsx'
import { SubjectPicker } from './panels/subject-picker.tsx'
import { TablesPanel } from './panels/tables-panel.tsx'

const PANELS = [
  { name: 'Events', Panel: EventsPanel },
  { name: 'Messages', Panel: MessagesPanel },
  { name: 'Tables', Panel: TablesPanel },
  { name: 'Story', Panel: StoryPanel },
  { name: 'Diagram', Panel: DiagramPanel },
  { name: 'Guarantees', Panel: GuaranteesPanel },
] as const

export function SidePanels({ view }: { view: LabView }) {
  const latest = useRef(view)
  latest.current = view
  const { run, request, link } = view
  const [chosen, setChosen] = useState<string>('Events')
  // Scrubbing stays smooth: a panel may come a frame later.
  const seq = useDeferredValue(view.seq)
  const seek = useCallback((to: number) => latest.current.seek(to), [])
  const choose = useCallback((subject: string | undefined) => {
    // Undefined takes the subject out of the link.
    latest.current.change({ subject } as Partial<LabLink>)
  }, [])
  const { subject } = link
  const props = useMemo<PanelProps>(
    () => ({ run, request, seq, subject, seek, choose }),
    [run, request, seq, subject, seek, choose],
  )
  const broken = run.violations.length
  return (
    <section className={classes.side} aria-label="Details">
      <SubjectPicker run={run} subject={subject} choose={choose} />
      <Tabs
        value={chosen}
        onChange={value => setChosen(value ?? 'Events')}
        keepMounted={false}
        classNames={{
          root: classes.tabs ?? '',
          list: classes.tabList ?? '',
          tab: classes.tab ?? '',
          panel: classes.tabPanel ?? '',
        }}
      >
        <Tabs.List>
          {PANELS.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
              {name === 'Guarantees' && broken > 0 && (
                <span className={classes.alarm} role="img" aria-label="broken" />
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PANELS.map(({ name, Panel }) => (
          <Tabs.Panel key={name} value={name}>
            <Panel {...props} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  )
}
