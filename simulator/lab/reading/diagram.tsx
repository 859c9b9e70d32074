/**
 * A Mermaid diagram. What is drawn is also there as text, for those who cannot see it and for those who want to take it along.
 */
import { Button, Modal, useComputedColorScheme } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowsMaximize } from '@tabler/icons-react'
import { type CSSProperties, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { CodeBlock } from './code-block.tsx'
import classes from './diagram.module.css'
import { drawDiagram } from './draw-diagram.ts'

interface Drawn {
  readonly key: string
  readonly svg?: string
  readonly error?: string
}

export function Diagram({ source, title }: { source: string; title: string }) {
  const scheme = useComputedColorScheme('light')
  const id = `diagram${useId().replace(/\W/g, '')}`
  const [drawn, setDrawn] = useState<Drawn>()
  const [isLarge, { open, close }] = useDisclosure(false)
  const key = `${scheme} ${source}`
  useEffect(() => {
    let isCurrent = true
    drawDiagram(id, source, scheme).then(
      svg => isCurrent && setDrawn({ key, svg }),
      (error: unknown) =>
        isCurrent && setDrawn({ key, error: error instanceof Error ? error.message : String(error) }),
    )
    return () => {
      isCurrent = false
    }
  }, [id, key, source, scheme])

  return (
    <figure className={classes.figure} aria-busy={drawn?.key !== key}>
      {drawn?.error !== undefined && (
        <p className={classes.error} role="alert">
          This diagram cannot be drawn: {drawn.error}
        </p>
      )}
      {drawn?.svg !== undefined && (
        <div className={classes.frame}>
          <Drawing svg={drawn.svg} title={title} />
          <Button
            className={classes.enlarge}
            size="compact-xs"
            variant="default"
            onClick={open}
            leftSection={<IconArrowsMaximize size={12} aria-hidden />}
          >
            Enlarge
          </Button>
          <Modal opened={isLarge} onClose={close} fullScreen title={title}>
            <Drawing svg={drawn.svg.replaceAll(id, `${id}-large`)} title={title} isLarge />
          </Modal>
        </div>
      )}
      {drawn === undefined && <div className={classes.waiting}>Drawing…</div>}
      <details className={classes.source}>
        <summary>{title}: the source</summary>
        <CodeBlock code={source.trimEnd()} label={`${title}, Mermaid source`} />
      </details>
    </figure>
  )
}

function Drawing({ svg, title, isLarge = false }: { svg: string; title: string; isLarge?: boolean }) {
  const frame = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another drawing has another middle
  useLayoutEffect(() => {
    if (frame.current !== null) frame.current.scrollLeft = middleOf(frame.current)
  }, [svg])
  return (
    <div
      ref={frame}
      className={classes.drawing}
      data-large={isLarge}
      role="img"
      aria-label={title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it
      tabIndex={0}
      style={{ '--natural-width': naturalWidthOf(svg) } as CSSProperties}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: Mermaid has sanitised it, in its strict mode
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  )
}

/** What does not fit is looked at from its middle: there it begins. */
function middleOf({ scrollWidth, clientWidth }: HTMLElement): number {
  return (scrollWidth - clientWidth) / 2
}

/** The width at which its letters have the size they were set in. */
function naturalWidthOf(svg: string): string {
  return /max-width: ([\d.]+px)/.exec(svg)?.[1] ?? '0px'
}
