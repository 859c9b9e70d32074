/**
 * Where one is in Learn: `/learn/12-idempotent-consumer?answer=starter&show=verdict`.
 */
import { type Place, writePlace } from '../shell/location.ts'

/** What is shown beside the list: on a wide page the verdict always is. */
export type Pane = 'task' | 'verdict' | 'solution'

export interface LearnPlace {
  readonly exercise?: string
  /** Undefined: the student's own file, or the starter where there is none. */
  readonly answer?: string
  readonly show: Pane
  /** A heading of the text that is shown. */
  readonly at?: string
}

const PANES: readonly string[] = ['task', 'verdict', 'solution'] satisfies Pane[]

export function readLearnPlace({ path, query }: Place): LearnPlace {
  const [, , exercise] = path.split('/')
  const fields = new URLSearchParams(query)
  const show = fields.get('show') ?? 'task'
  const answer = fields.get('answer')
  const at = fields.get('at')
  return {
    ...(exercise === undefined || exercise === '' ? {} : { exercise }),
    ...(answer === null || !/^[a-z0-9~-]+$/.test(answer) ? {} : { answer }),
    show: PANES.includes(show) ? (show as Pane) : 'task',
    ...(at === null ? {} : { at }),
  }
}

export function writeLearnPlace({ exercise, answer, show, at }: LearnPlace): Place {
  const fields = new URLSearchParams()
  if (answer !== undefined) fields.set('answer', answer)
  if (show !== 'task') fields.set('show', show)
  if (at !== undefined) fields.set('at', at)
  return { path: exercise === undefined ? '/learn' : `/learn/${exercise}`, query: fields.toString() }
}

/** The same as an `href`. */
export function writeHash(place: LearnPlace): string {
  return writePlace(writeLearnPlace(place))
}
