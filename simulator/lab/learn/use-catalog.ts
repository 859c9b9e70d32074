/**
 * The exercises there are, with what each student's file is now.
 */
import { useEffect, useState } from 'react'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import type { Refusal } from '../worker/protocol.ts'
import { useSaves } from './use-saves.ts'

export interface Catalog {
  readonly exercises: readonly CatalogEntry[] | undefined
  readonly refusal: Refusal | undefined
}

export function useCatalog(): Catalog {
  const saves = useSaves()
  const [catalog, setCatalog] = useState<Catalog>({ exercises: undefined, refusal: undefined })
  // biome-ignore lint/correctness/useExhaustiveDependencies: after a save the contents are others
  useEffect(() => {
    const abort = new AbortController()
    read(abort.signal).then(
      exercises => setCatalog({ exercises, refusal: undefined }),
      () => {
        if (!abort.signal.aborted) setCatalog(({ exercises }) => ({ exercises, refusal: NO_CATALOG }))
      },
    )
    return () => abort.abort()
  }, [saves])
  return catalog
}

async function read(signal: AbortSignal): Promise<CatalogEntry[]> {
  const response = await fetch('slots/exercises.json', { signal })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return response.json()
}

const NO_CATALOG: Refusal = {
  code: 'no-catalog',
  sentence: 'The list of exercises could not be loaded.',
  next: 'Reload the page; npm start must be running, or the folder it was built into must be complete.',
}
