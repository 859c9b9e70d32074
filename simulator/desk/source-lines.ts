/**
 * Lines of the source in place of lines of what was compiled from it.
 */
import { SourceMap } from 'node:module'
import type { Explanation } from '#simulator/explore/explain.ts'
import type { CompiledSlot } from './compile.ts'

/** The engine reads the maps of modules, but not those of functions that are compiled from text. */
export function withSourceLines(explanation: Explanation, { code, file }: CompiledSlot): Explanation {
  if (explanation.errors.every(({ at }) => at === undefined)) return explanation
  const map = readMap(code)
  const errors = explanation.errors.map(({ at, ...error }) => {
    const place = at === undefined ? undefined : sourcePlace(at, file, map)
    return place === undefined ? error : { ...error, at: place }
  })
  return { ...explanation, errors }
}

/** For each line of what was compiled, the place in the source that its first statement comes from; empty where there is none. */
export function sourcePlaces({ code }: Pick<CompiledSlot, 'code'>): string[] {
  const map = readMap(code)
  if (map === undefined) return []
  return code
    .slice(0, code.lastIndexOf('\n//# sourceMappingURL='))
    .split('\n')
    .map((line, index) => {
      const entry = map.findEntry(index, line.search(/\S|$/))
      return 'originalSource' in entry && entry.generatedLine === index
        ? `${entry.originalSource}:${entry.originalLine + 1}`
        : ''
    })
}

function readMap(code: string): SourceMap | undefined {
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(code)?.[1]
  if (encoded === undefined) return undefined
  return new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')))
}

/** @returns `file:line`; undefined for a place that is not in what was compiled */
function sourcePlace(at: string, file: string, map: SourceMap | undefined): string | undefined {
  const match = /^(.*):(\d+):(\d+)$/.exec(at)
  if (match === null || match[1] !== file || map === undefined) return undefined
  const entry = map.findEntry(Number(match[2]) - 1, Number(match[3]) - 1)
  if (!('originalSource' in entry)) return undefined
  return `${entry.originalSource}:${entry.originalLine + 1}`
}
