/**
 * A long text, one chapter at a time; of that, what is not in sight yet is rendered when it comes near.
 */
import { useIntersection } from '@mantine/hooks'
import { useDeferredValue, useMemo, useState } from 'react'
import { nameOf } from '../reading/links.ts'
import { Reading } from '../reading/reading.tsx'
import { writePlace } from '../shell/location.ts'
import classes from './docs.module.css'
import { findSection, type Section, slugOf, splitSections } from './sections.ts'

export interface LongDocumentProps {
  readonly path: string
  readonly text: string
  readonly at: string | undefined
}

export function LongDocument({ path, text, at }: LongDocumentProps) {
  const chapters = useMemo(() => splitSections(text, 2), [text])
  const chosen = findSection(chapters, at)
  const parts = useMemo(() => splitSections(chosen.text, 3), [chosen])
  return (
    <>
      <nav className={classes.chapters} aria-label="Chapters">
        {chapters.map(chapter => (
          <a
            key={chapter.id}
            href={placeOf(path, chapter)}
            aria-current={chapter === chosen ? 'page' : undefined}
          >
            {chapter.title === '' ? 'About' : chapter.title}
          </a>
        ))}
      </nav>
      {parts.map((part, index) => (
        <Part
          key={`${chosen.id} ${part.id}`}
          path={path}
          part={part}
          isNear={index < 2 || part.id === at}
          at={part.id === at ? at : undefined}
        />
      ))}
    </>
  )
}

interface PartProps {
  readonly path: string
  readonly part: Section
  /** True: rendered at once. */
  readonly isNear: boolean
  readonly at: string | undefined
}

/** Rows of tables break into several lines. */
const LINE_PX = 34

function Part({ path, part, isNear, at }: PartProps) {
  const { ref, entry } = useIntersection<HTMLDivElement>({ rootMargin: '800px' })
  const [wasNear, setWasNear] = useState(isNear)
  if (!wasNear && (entry?.isIntersecting === true || isNear)) setWasNear(true)
  const isRendered = useDeferredValue(wasNear)
  const height = part.text.split('\n').length * LINE_PX
  return (
    <div ref={ref} style={isRendered ? undefined : { minHeight: height }} aria-busy={!isRendered}>
      {isRendered && <Reading path={path} text={part.text} at={at} />}
    </div>
  )
}

function placeOf(path: string, { title, id }: Section): string {
  const query = id === '' ? '' : `at=${encodeURIComponent(slugOf(title))}`
  return writePlace({ path: `/docs/${nameOf(path)}`, query })
}
