/**
 * Which table is shown, and whether its cells are to be guessed first, as it stands in the address bar: `/table/flow?predict`.
 */
import type { Place } from '../shell/location.ts'

export interface TablePlace {
  /** `flow`, or the folder of an exercise. */
  readonly table: string
  readonly isPredicting: boolean
}

export const FLOW = 'flow'

export function readTablePlace({ path, query }: Place): TablePlace {
  const [, , table = ''] = path.split('/')
  return { table: table === '' ? FLOW : table, isPredicting: new URLSearchParams(query).has('predict') }
}

export function writeTablePlace({ table, isPredicting }: TablePlace): Place {
  return { path: `/table/${table}`, query: isPredicting ? 'predict' : '' }
}
