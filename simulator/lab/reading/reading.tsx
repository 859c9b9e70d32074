/**
 * A text of the repository, with what is shown while it is loaded and when it cannot be.
 */
import { Skeleton, Stack } from '@mantine/core'
import { lazy, Suspense, useEffect } from 'react'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import { showHeading } from './show-heading.ts'

const Markdown = lazy(() => import('./markdown.tsx'))

export interface ReadingProps {
  readonly path: string
  readonly text: string | undefined
  readonly error?: string | undefined
  /** A heading to be shown. */
  readonly at?: string | undefined
}

export function Reading({ path, text, error, at }: ReadingProps) {
  if (error !== undefined) {
    return <RefusalNotice refusal={{ sentence: `${path} could not be loaded.`, next: 'Reload the page.' }} />
  }
  if (text === undefined) return <Waiting />
  return (
    <Suspense fallback={<Waiting />}>
      <Markdown text={text} path={path} />
      {at !== undefined && <ShowHeading key={`${path} ${at}`} id={at} />}
    </Suspense>
  )
}

/** Beside the text, so that it is there when this is. */
function ShowHeading({ id }: { id: string }) {
  useEffect(() => {
    showHeading(id)
  }, [id])
  return null
}

function Waiting() {
  return (
    <Stack gap="sm" aria-busy maw="70ch">
      <Skeleton height={28} width="60%" />
      {[96, 100, 92, 98, 60].map(width => (
        <Skeleton key={width} height={12} width={`${width}%`} />
      ))}
    </Stack>
  )
}
