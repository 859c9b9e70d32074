/**
 * Where the page is: everything stands in the address bar behind `#`, so that a static page needs no server that knows its places.
 */
import { useSyncExternalStore } from 'react'

export interface Place {
  /** `/lab/shop`, `/learn/12-idempotent-consumer`; `/` for the beginning. */
  readonly path: string
  /** What follows the question mark, as it stands there. */
  readonly query: string
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return readPlace(hash)
}

export function readPlace(hash: string): Place {
  const text = hash.replace(/^#/, '')
  const question = text.indexOf('?')
  const path = question === -1 ? text : text.slice(0, question)
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    query: question === -1 ? '' : text.slice(question + 1),
  }
}

export function writePlace({ path, query }: Place): string {
  return query === '' ? `#${path}` : `#${path}?${query}`
}

/** @param replaces true: the browser's "back" does not return to where we are now */
export function goTo(place: string | Place, replaces = false): void {
  const hash = typeof place === 'string' ? place : writePlace(place)
  if (replaces) {
    history.replaceState(null, '', hash)
    // Browsers do not tell of what a script replaces.
    dispatchEvent(new HashChangeEvent('hashchange'))
  } else location.hash = hash
}

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}
