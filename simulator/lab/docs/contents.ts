/**
 * What there is to read, in groups and in the order in which one reads.
 */
import { type Library, placeOf } from '../reading/links.ts'

export interface Entry {
  readonly path: string
  readonly title: string
  readonly place: { readonly path: string; readonly query: string }
}

export interface Group {
  readonly title: string
  readonly entries: readonly Entry[]
}

export function contentsOf(paths: readonly string[], library: Library): Group[] {
  const entries = (pattern: RegExp, title: (path: string) => string) =>
    paths
      .filter(path => pattern.test(path))
      .map(path => ({ path, title: title(path), place: placeOf(path, '', library) }))
  return [
    {
      title: 'Read',
      entries: entries(/^(?:README|docs\/.+)\.md$/, path =>
        path === 'README.md' ? 'Overview' : wordsOf(path),
      ),
    },
    { title: 'Diagrams', entries: entries(/^diagrams\/.+\.mmd$/, wordsOf) },
    { title: 'Exercises', entries: entries(/^exercises\/[^/]+\/README\.md$/, folderOf) },
    {
      title: 'Further services of the shop',
      entries: entries(/^solutions\/[^/]+\/README\.md$/, folderOf).filter(isNoAnswer),
    },
  ].filter(group => group.entries.length > 0)

  /** The answer to an exercise is not offered; one gets there from the exercise. */
  function isNoAnswer({ place }: Entry): boolean {
    return place.path.startsWith('/docs/')
  }
}

/** `docs/01-failure-table.md`: "01 Failure table" */
function wordsOf(path: string): string {
  const name = path
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '')
  const [, number, rest] = /^(\d+-)?(.+)$/.exec(name)!
  const words = rest!.replaceAll('-', ' ')
  return `${number === undefined ? '' : `${number.slice(0, -1)} `}${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

function folderOf(path: string): string {
  const [number, ...words] = path.split('/')[1]!.split('-')
  return `${number} ${words.join(' ')}`
}
