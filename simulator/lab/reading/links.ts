/**
 * Links in Markdown files: from where they lead in the repository to where they lead in the page.
 */

export type Link =
  | { readonly kind: 'outside'; readonly href: string }
  /** Another place of the page, as it stands behind the `#`. */
  | { readonly kind: 'place'; readonly path: string; readonly query: string }
  /** A heading of the same text. */
  | { readonly kind: 'heading'; readonly id: string }
  /** Nothing that the page can show. */
  | { readonly kind: 'nowhere' }

export interface Library {
  /** Whether the page has the text of a file, by its path from the repository's root. */
  has(path: string): boolean
}

/** @param from the file in which the link stands, by its path from the repository's root */
export function resolveLink(from: string, href: string, library: Library): Link {
  if (/^https?:\/\//.test(href)) return { kind: 'outside', href }
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) return { kind: 'nowhere' }
  const [target = '', id] = href.split('#')
  if (target === '') return id === undefined ? { kind: 'nowhere' } : { kind: 'heading', id: decode(id) }
  const path = asFile(normalise(`${from.split('/').slice(0, -1).join('/')}/${decode(target)}`), library)
  if (path === undefined) return { kind: 'nowhere' }
  const at = id === undefined ? '' : `at=${encodeURIComponent(decode(id))}`
  return placeOf(path, at, library)
}

/** Where the page shows a text that it has. */
export function placeOf(path: string, query: string, library: Library): Extract<Link, { kind: 'place' }> {
  const [, exercise] = /^exercises\/([^/]+)\/README\.md$/.exec(path) ?? []
  if (exercise !== undefined) return { kind: 'place', path: `/learn/${exercise}`, query }
  const [, solved] = /^solutions\/([^/]+)\/README\.md$/.exec(path) ?? []
  if (solved !== undefined && library.has(`exercises/${solved}/README.md`)) {
    return { kind: 'place', path: `/learn/${solved}`, query: 'show=solution' }
  }
  return { kind: 'place', path: `/docs/${nameOf(path)}`, query }
}

/** What stands behind `/docs/`: `failure-table`, `diagrams/order-lifecycle`, `solutions/18-choreography/inventory.ts`. */
export function nameOf(path: string): string {
  return path.replace(/^docs\//, '').replace(/\.(?:md|mmd)$/, '')
}

/** The file that a name stands for, if there is one. */
export function pathOf(name: string, library: Library): string | undefined {
  return [`docs/${name}.md`, `${name}.md`, `${name}.mmd`, name].find(path => library.has(path))
}

function asFile(path: string, library: Library): string | undefined {
  return [path, `${path.replace(/\/$/, '')}/README.md`].find(candidate => library.has(candidate))
}

function normalise(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
