/**
 * A state machine, as its definition in XState's notation has it, as a Mermaid state diagram.
 *
 * What leads to a state is an arrow: `event [guard] / actions`. What leads nowhere is a line in a note beside its state. An
 * event that a parent takes is drawn at each child that does not take it itself, as that is what it means.
 */

/** A machine's `config`, or a part of it: only what is drawn. */
export interface StateConfig {
  readonly id?: string | undefined
  readonly type?: string | undefined
  readonly initial?: unknown
  readonly states?: { readonly [key: string]: StateConfig } | undefined
  readonly on?: { readonly [event: string]: unknown } | undefined
  /** Transitions that take no event. */
  readonly always?: unknown
  /** Transitions by the delay after which they are taken. */
  readonly after?: { readonly [delay: string]: unknown } | undefined
  readonly onDone?: unknown
}

interface Transition {
  readonly target?: unknown
  readonly guard?: unknown
  readonly actions?: unknown
}

interface Node {
  readonly key: string
  readonly id: string
  readonly config: StateConfig
  readonly parent: Node | undefined
  readonly children: readonly Node[]
}

/** @returns Mermaid text, ending with a newline */
export function stateDiagram(machine: StateConfig): string {
  return new Drawing(machine).mermaid()
}

class Drawing {
  readonly #ids = new Set<string>()
  readonly #root: Node

  constructor(machine: StateConfig) {
    this.#root = this.#nodeOf(machine.id ?? 'machine', machine, undefined)
  }

  mermaid(): string {
    return ['stateDiagram-v2', ...indent(this.#inside(this.#root))].map(line => `${line}\n`).join('')
  }

  /** The states in a state, then the arrows among them, then the notes. */
  #inside(node: Node): string[] {
    const { children, config } = node
    const declarations = children.flatMap(child => this.#declare(child))
    const initial =
      typeof config.initial === 'string' ? children.find(({ key }) => key === config.initial) : undefined
    const starts = config.type === 'parallel' ? [] : initial === undefined ? [] : [`[*] --> ${initial.id}`]
    const arrows: string[] = []
    const notes: string[] = []
    for (const child of children) {
      const internal: string[] = []
      for (const { event, transition } of this.#transitionsOf(child)) {
        const targets = this.#targetsOf(transition, child)
        const text = [sayGuard(transition.guard), sayActions(transition.actions)]
          .filter(part => part !== '')
          .join(' ')
        if (targets.length === 0) internal.push(`${event}\0${text}`)
        for (const target of targets)
          arrows.push(`${child.id} --> ${target.id}${label([event, text].join(' '))}`)
      }
      notes.push(...noteOf(child, internal))
      if (child.config.type === 'final') arrows.push(`${child.id} --> [*]`)
    }
    return [...declarations, ...starts, ...arrows, ...notes]
  }

  #declare(node: Node): string[] {
    const name = node.id === node.key ? node.id : `"${escapeText(node.key)}" as ${node.id}`
    if (node.children.length === 0) return node.id === node.key ? [] : [`state ${name}`]
    if (node.config.type !== 'parallel') return [`state ${name} {`, ...indent(this.#inside(node)), '}']
    const regions = node.children.map(child =>
      this.#declare(child).concat(child.children.length === 0 ? [child.id] : []),
    )
    return [
      `state ${name} {`,
      ...indent(regions.flatMap((lines, index) => (index === 0 ? lines : ['--', ...lines]))),
      '}',
    ]
  }

  /** Its own, and those of its ancestors that neither it nor one in between overrides. */
  #transitionsOf(node: Node): { event: string; transition: Transition }[] {
    const { on = {}, always, after = {}, onDone } = node.config
    const own = [
      ...Object.entries(on).map(([event, value]) => [event, value] as const),
      ['', always] as const,
      ...Object.entries(after).map(([delay, value]) => [`after ${delay}`, value] as const),
      ['done', onDone] as const,
    ]
    // Only the outermost has nobody else who draws what it takes.
    const parents = node.parent === this.#root ? Object.entries(this.#root.config.on ?? {}) : []
    const inherited = parents.filter(([event]) => !(event in on))
    return [...own, ...inherited].flatMap(([event, value]) =>
      listOf(value).map(transition => ({
        event,
        transition: typeof transition === 'string' ? { target: transition } : (transition as Transition),
      })),
    )
  }

  /** A sibling `paid`, a child `.waiting`, or any state by its id or its path: `#order.open.paid`. */
  #targetsOf({ target }: Transition, from: Node): Node[] {
    return listOf(target).flatMap(name => {
      if (typeof name !== 'string') return []
      if (name.startsWith('#')) return this.#byId(this.#root, name.slice(1)) ?? []
      const start = name.startsWith('.') ? from : from.parent
      return descend(start, name.replace(/^\./, '').split('.')) ?? descend(this.#root, name.split('.')) ?? []
    })
  }

  #byId(node: Node, id: string): Node | undefined {
    if (node.config.id === id) return node
    if (node.config.id !== undefined && id.startsWith(`${node.config.id}.`))
      return descend(node, id.slice(node.config.id.length + 1).split('.'))
    for (const child of node.children) {
      const found = this.#byId(child, id)
      if (found !== undefined) return found
    }
    return undefined
  }

  #nodeOf(key: string, config: StateConfig, parent: Node | undefined): Node {
    const children: Node[] = []
    const id = parent === undefined ? '' : this.#newId(key)
    const node: Node = { key, id, config, parent, children }
    for (const [name, state] of Object.entries(config.states ?? {}))
      children.push(this.#nodeOf(name, state, node))
    return node
  }

  #newId(name: string): string {
    const word = name.replace(/[^A-Za-z0-9]/g, '_')
    // A word of Mermaid's own, or one that does not start with a letter, would be misread.
    const base = /^[A-Za-z]/.test(word) && !RESERVED.test(word) ? word : `s_${word}`
    let id = base
    for (let count = 2; this.#ids.has(id); count++) id = `${base}_${count}`
    this.#ids.add(id)
    return id
  }
}

const RESERVED =
  /^(acc\w*|as|class\w*|click|default|direction|end|fork|hide|href|join|left|note|of|right|root|scale|state\w*|style|title|choice|init\w*)$/i

function descend(from: Node | undefined, keys: readonly string[]): Node | undefined {
  let node = from
  for (const key of keys) node = node?.children.find(child => child.key === key)
  return node
}

/** Lines that say the same of several events are one. */
function noteOf({ id }: Node, internal: readonly string[]): string[] {
  const events = new Map<string, string[]>()
  for (const line of internal) {
    const [event = '', text = ''] = line.split('\0')
    events.set(text, [...(events.get(text) ?? []), event])
  }
  const lines = [...events].map(([text, names]) => escapeText(`${names.join(', ')} ${text}`.trim()))
  return lines.length === 0 ? [] : [`note right of ${id}`, ...indent(lines), 'end note']
}

function label(text: string): string {
  const said = text.trim()
  return said === '' ? '' : `: ${escapeText(said)}`
}

function sayGuard(guard: unknown): string {
  return guard === undefined ? '' : `[${nameOf(guard)}]`
}

function sayActions(actions: unknown): string {
  const names = listOf(actions).map(nameOf)
  return names.length === 0 ? '' : `/ ${names.join(', ')}`
}

/** `OrderCancelled(customer, wasConfirmed)`: parameters by their values, and what is true by its name. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part
  if (typeof part === 'function') return part.name === '' ? '…' : part.name
  const { type, params } = part as { type?: unknown; params?: unknown }
  if (typeof params !== 'object' || params === null) return String(type)
  const said = Object.entries(params).flatMap(([name, value]) =>
    value === true ? [name] : ['string', 'number'].includes(typeof value) ? [String(value)] : [],
  )
  return said.length === 0 ? String(type) : `${type}(${said.join(', ')})`
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
}

function indent(lines: readonly string[]): string[] {
  return lines.map(line => `  ${line}`)
}

/** On one line, with what would end it, start a comment or be markup as entities. */
function escapeText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  // Two hyphens part regions, and `end note` ends the note that it stands in.
  return (line === '' ? '?' : line).replace(/[#;<>%&:"{}\\]|--|(?<=\bend) (?=note\b)/gi, characters =>
    [...characters].map(character => `#${character.charCodeAt(0)};`).join(''),
  )
}
