/**
 * An exercise's README.
 */
import { useEffect } from 'react'
import { Reading } from '../reading/reading.tsx'
import { useText } from '../reading/use-text.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'

export function TaskPane({ entry, at }: { entry: CatalogEntry; at?: string }) {
  const path = `exercises/${entry.name}/README.md`
  const { text, error } = useText(path)
  useEffect(() => {
    document.title = `${entry.number} ${entry.title} · Out of Order`
    return () => {
      document.title = 'Out of Order'
    }
  }, [entry])
  return <Reading path={path} text={text} error={error} at={at} />
}
