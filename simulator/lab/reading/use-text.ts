/**
 * A text of the repository, as React sees it while it is loaded.
 */
import { useEffect, useState } from 'react'
import { library } from './library.ts'

export interface LoadedText {
  readonly text?: string
  readonly error?: string
}

/** @param path undefined: nothing is loaded */
export function useText(path: string | undefined): LoadedText {
  const [loaded, setLoaded] = useState<LoadedText & { path?: string }>({})
  useEffect(() => {
    if (path === undefined) return
    let isCurrent = true
    library.read(path).then(
      text => isCurrent && setLoaded({ path, text }),
      (error: unknown) => isCurrent && setLoaded({ path, error: String(error) }),
    )
    return () => {
      isCurrent = false
    }
  }, [path])
  // What belongs to the path before is not shown under this one.
  return loaded.path === path ? loaded : {}
}
