/**
 * The sequence diagram of the subject; what is still to come is dimmed.
 */
import { ActionIcon, Group, Modal, Switch } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import { type DiagramText, diagramOf } from './diagram-text.ts'
import { NoSubject } from './no-subject.tsx'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'

const Mermaid = lazy(() => import('./mermaid-view.tsx'))

const ZOOMS = [0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2]

export function DiagramPanel({ run, seq, subject }: PanelProps) {
  const [isLarge, large] = useDisclosure(false)
  const [commits, setCommits] = useState(false)
  const diagram = useMemo(
    () => (subject === undefined ? undefined : diagramOf(run, subject, { commits })),
    [run, subject, commits],
  )
  if (subject === undefined || diagram === undefined) return <NoSubject what="its sequence diagram" />
  if (diagram.arrows.length + diagram.notes.length === 0)
    return <p className={classes.hint}>Nothing in this run concerns {subject}.</p>
  return (
    <div className={classes.panel}>
      <Zoomed diagram={diagram} seq={seq} subject={subject} start={4} onEnlarge={large.open}>
        <Switch
          size="xs"
          label="Databases"
          checked={commits}
          onChange={event => setCommits(event.currentTarget.checked)}
        />
      </Zoomed>
      <Modal
        opened={isLarge}
        onClose={large.close}
        fullScreen
        title={`Sequence diagram of ${subject}`}
        classNames={{ body: classes.largeBody ?? '', content: classes.largeContent ?? '' }}
      >
        <Zoomed diagram={diagram} seq={seq} subject={subject} start={5} />
      </Modal>
    </div>
  )
}

interface ZoomedProps {
  readonly diagram: DiagramText
  readonly seq: number
  readonly subject: string
  readonly start: number
  readonly onEnlarge?: () => void
  readonly children?: ReactNode
}

function Zoomed({ diagram, seq, subject, start, onEnlarge, children }: ZoomedProps) {
  const [zoom, setZoom] = useState(start)
  return (
    <>
      <Group gap={4} justify="flex-end" className={classes.controls}>
        <div className={classes.grow}>{children}</div>
        <ActionIcon
          variant="subtle"
          aria-label="Smaller"
          disabled={zoom === 0}
          onClick={() => setZoom(zoom - 1)}
        >
          <IconZoomOut size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          aria-label="Larger"
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        >
          <IconZoomIn size={18} aria-hidden />
        </ActionIcon>
        {onEnlarge !== undefined && (
          <ActionIcon variant="subtle" aria-label="Over the whole page" onClick={onEnlarge}>
            <IconMaximize size={18} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      <Suspense fallback={<p className={classes.hint}>Drawing…</p>}>
        <Mermaid diagram={diagram} zoom={ZOOMS[zoom]!} seq={seq} label={`Sequence diagram of ${subject}`} />
      </Suspense>
    </>
  )
}
