/**
 * A run, or the part of it that concerns one subject, as a Mermaid sequence diagram.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { type Figure, type FigureOptions, figureOf, type Participant } from './figure.ts'
import type { Fold } from './fold.ts'
import { known } from './records.ts'

export interface SequenceDiagramOptions extends FigureOptions {
  /** What comes after this many arrows is only counted. Default 200. */
  readonly maxArrows?: number
}

export interface SequenceDiagram {
  /** Mermaid text, ending with a newline. */
  mermaid(): string
}

/** The diagram of a whole run. */
export function createSequenceDiagram(options: SequenceDiagramOptions = {}): Fold<SequenceDiagram> {
  return {
    name: 'sequence-diagram',
    initial: () => new Drawing(options),
    apply(diagram, record) {
      const figure = figureOf(known(record), options)
      if (figure !== undefined) (diagram as Drawing).add(figure)
      return diagram
    },
  }
}

/** The diagram of some records, such as `concern.records()`, which are in their order only at the end. */
export function sequenceDiagram(
  records: Iterable<TraceRecord>,
  options: SequenceDiagramOptions = {},
): string {
  const { initial, apply } = createSequenceDiagram(options)
  const diagram = initial()
  for (const record of records) apply(diagram, record)
  return diagram.mermaid()
}

/** The processes that stand for people. */
const PEOPLE: ReadonlySet<string> = new Set(['shopper', 'operator', 'outside'])

const ARROWS = { message: '->>', answer: '-->>', lost: '-x', refused: '--x' } as const

class Drawing implements SequenceDiagram {
  readonly #maxArrows: number
  /** In the order in which they first take part. */
  readonly #participants = new Map<string, { id: string; declaration: string }>()
  readonly #ids = new Set<string>()
  /** What the lines are made of: the participants a note over all of them stands over are known at the end. */
  readonly #lines: (string | { noteOverAll: string })[] = []
  #arrows = 0
  #omitted = 0

  constructor({ maxArrows = 200 }: SequenceDiagramOptions) {
    this.#maxArrows = maxArrows
  }

  add(figure: Figure): void {
    if (figure.shape === 'arrow') {
      this.#arrows++
      if (this.#arrows > this.#maxArrows) {
        this.#omitted++
        return
      }
      const { from, to, style, text } = figure
      this.#lines.push(`${this.#idOf(from)}${ARROWS[style]}${this.#idOf(to)}: ${escapeText(text)}`)
    } else if (this.#omitted === 0) {
      const { over, text } = figure
      this.#lines.push(
        over === undefined ? { noteOverAll: text } : `Note over ${this.#idOf(over)}: ${escapeText(text)}`,
      )
    }
  }

  mermaid(): string {
    const lines = [...this.#lines]
    if (this.#omitted > 0) lines.push({ noteOverAll: `… and ${this.#omitted} more` })
    if (this.#participants.size === 0 && lines.length > 0) this.#idOf({ kind: 'process', name: 'world' })
    const participants = [...this.#participants.values()]
    const ends = [...new Set([participants.at(0)?.id, participants.at(-1)?.id])].join(',')
    const all = [
      ...participants.map(({ declaration }) => declaration),
      ...lines.map(line =>
        typeof line === 'string' ? line : `Note over ${ends}: ${escapeText(line.noteOverAll)}`,
      ),
    ]
    return ['sequenceDiagram\n', ...all.map(line => `  ${line}\n`)].join('')
  }

  #idOf({ kind, name }: Participant): string {
    const key = `${kind} ${name}`
    const present = this.#participants.get(key)
    if (present !== undefined) return present.id
    const id = this.#newId(kind === 'process' || kind === 'store' ? name : `${name}_${kind}`)
    const label = kind === 'process' || kind === 'store' ? name : `${name} (${kind})`
    const role = kind === 'process' && PEOPLE.has(name) ? 'actor' : 'participant'
    const declaration = id === label ? `${role} ${id}` : `${role} ${id} as ${escapeName(label)}`
    this.#participants.set(key, { id, declaration })
    return id
  }

  #newId(name: string): string {
    const word = name.replace(/[^A-Za-z0-9]/g, '_')
    // A word of Mermaid's own, or one that does not start with a letter, would be misread.
    const base = /^[A-Za-z]/.test(word) && !RESERVED.has(word.toLowerCase()) ? word : `p_${word}`
    let id = base
    for (let count = 2; this.#ids.has(id); count++) id = `${base}_${count}`
    this.#ids.add(id)
    return id
  }
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    'activate actor alt and as autonumber box break create critical deactivate destroy details else end link links ' +
    'loop note opt option over par participant properties rect title'
  ).split(' '),
)

const MAX_TEXT = 120

/**
 * Text as Mermaid takes it behind a colon: on one line, with what would end it, start a comment or be HTML as entities.
 * https://mermaid.js.org/syntax/sequenceDiagram.html#entity-codes-to-escape-characters
 */
function escapeText(text: string): string {
  // `wrap:` at the start would be taken for an instruction.
  return escapeCharacters(text, /[#;<>%&]|(?<=^(?:no)?wrap):/g)
}

/** A name in a declaration, where more characters mean something. */
function escapeName(text: string): string {
  return escapeCharacters(text, /[#;<>%&:,{}@-]/g)
}

function escapeCharacters(text: string, special: RegExp): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const short = line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line
  return short === '' ? '?' : short.replace(special, character => `#${character.charCodeAt(0)};`)
}

/** Text without entities. */
export function unescapeText(text: string): string {
  return text.replace(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}
