/**
 * The texts of the repository that the page can show, each loaded when it is opened.
 */
import type { Library } from './links.ts'

const UP = '../../../'

// The files that students edit are not among them: saving one must not reload the page.
const TEXTS = import.meta.glob<string>(
  [
    '../../../README.md',
    '../../../docs/**/*.md',
    '../../../diagrams/*.mmd',
    '../../../exercises/*/README.md',
    '../../../exercises/*/{contract,errors,letter,outbox}.ts',
    '../../../exercises/*/check/*.ts',
    '../../../solutions/*/README.md',
    '../../../solutions/*/*.ts',
    '../../../simulator/shop/*.ts',
    '!../../../**/*.test.ts',
  ],
  { query: '?raw', import: 'default' },
)

export const library: Library & {
  /** Paths from the repository's root, in order. */
  readonly paths: readonly string[]
  /** @throws Error when there is no such text, or it cannot be loaded */
  read(path: string): Promise<string>
} = {
  paths: Object.keys(TEXTS)
    .map(key => key.slice(UP.length))
    .sort(),
  has: path => `${UP}${path}` in TEXTS,
  async read(path) {
    const load = TEXTS[`${UP}${path}`]
    if (load === undefined) throw new Error(`There is no ${path}`)
    return load()
  },
}
