/**
 * Reads just enough SQL to name what a statement does: its verb, its table, and whether it writes, defines or controls a transaction.
 */

export type SqlKind =
  | 'read'
  | 'write'
  | 'define'
  | 'pragma'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'savepoint'
  | 'release'
  | 'rollback-to'
  | 'unsupported'
  | 'other'

export interface SqlStatement {
  /** The text of this statement alone, without the closing semicolon. */
  readonly text: string
  readonly kind: SqlKind
  /** What a site calls it: `insert orders`, `select stock`, `commit`. Verb and table in lower case. */
  readonly operation: string
  /** For `begin` the mode, for savepoints the name, for a pragma its name; lower case. */
  readonly name: string
  /** A pragma that sets something. */
  readonly assigns: boolean
  /** Safe to run again with the same result: every `CREATE … IF NOT EXISTS`. */
  readonly repeatable: boolean
  /** It may end or outlast the innermost transaction (`OR ROLLBACK`, deferred constraints, VACUUM), so it must see SQLite's own. */
  readonly needsOwnTransaction: boolean
}

/** The statements of one SQL text, in order; remembered per text, since programs use few texts many times. */
export function parseSql(source: string): readonly SqlStatement[] {
  const known = parsed.get(source)
  if (known !== undefined) return known
  const statements = splitStatements(source).map(tokens => describe(source, tokens))
  if (parsed.size >= REMEMBERED_TEXTS) parsed.clear()
  parsed.set(source, statements)
  return statements
}

const REMEMBERED_TEXTS = 2000
const parsed = new Map<string, readonly SqlStatement[]>()

interface Token {
  readonly type: 'word' | 'quoted' | 'string' | 'mark'
  /** Lower case for words; without its quotes for a quoted name. */
  readonly text: string
  readonly depth: number
  readonly start: number
  readonly end: number
}

function describe(source: string, tokens: readonly Token[]): SqlStatement {
  const text = source.slice(tokens[0]!.start, tokens[tokens.length - 1]!.end)
  const first = wordAt(tokens, 0)
  const statement = (kind: SqlKind, operation: string, more: Partial<SqlStatement> = {}): SqlStatement => ({
    text,
    kind,
    operation,
    name: '',
    assigns: false,
    repeatable: false,
    needsOwnTransaction: false,
    ...more,
  })
  switch (first) {
    case 'select':
    case 'values':
      return statement('read', named(first, tableAfter(tokens, 'from')))
    case 'explain':
      return statement('read', first)
    case 'with': {
      const main = tokens.findIndex(
        (token, index) => index > 0 && token.depth === 0 && MAIN_VERBS.has(token.text),
      )
      if (main === -1) return statement('other', first)
      const { kind, operation, needsOwnTransaction } = describe(source, tokens.slice(main))
      return statement(kind, operation, { needsOwnTransaction })
    }
    case 'insert':
    case 'replace':
      return statement('write', named(first, tableAfter(tokens, 'into')), {
        needsOwnTransaction: mayRollBack(tokens),
      })
    case 'delete':
      return statement('write', named(first, tableAfter(tokens, 'from')))
    case 'update': {
      const table = wordAt(tokens, 1) === 'or' ? nameAt(tokens, 3) : nameAt(tokens, 1)
      return statement('write', named(first, table), { needsOwnTransaction: mayRollBack(tokens) })
    }
    case 'create':
    case 'drop':
    case 'alter':
    case 'reindex':
    case 'analyze':
      return statement('define', named(first, definedName(tokens)), {
        repeatable: first === 'create' && tokens.some((_, index) => isIfNotExists(tokens, index)),
        needsOwnTransaction: mayRollBack(tokens) || hasDeferredConstraint(tokens),
      })
    case 'vacuum':
      return tokens.some(token => token.text === 'into')
        ? statement('unsupported', 'vacuum into')
        : statement('other', first, { needsOwnTransaction: true })
    case 'attach':
    case 'detach':
      return statement('unsupported', first)
    case 'pragma':
      return statement('pragma', first, {
        name: pragmaName(tokens),
        assigns: tokens.some(token => token.text === '=') || hasValueInParentheses(tokens),
      })
    case 'begin':
      return statement('begin', first, {
        name: BEGIN_MODES.has(wordAt(tokens, 1)) ? wordAt(tokens, 1) : 'deferred',
      })
    case 'commit':
    case 'end':
      return statement('commit', 'commit')
    case 'rollback': {
      const to = tokens.findIndex(token => token.text === 'to')
      if (to === -1) return statement('rollback', first)
      return statement('rollback-to', first, {
        name: nameAt(tokens, wordAt(tokens, to + 1) === 'savepoint' ? to + 2 : to + 1),
      })
    }
    case 'savepoint':
      return statement('savepoint', first, { name: nameAt(tokens, 1) })
    case 'release':
      return statement('release', first, { name: nameAt(tokens, wordAt(tokens, 1) === 'savepoint' ? 2 : 1) })
    default:
      return statement('other', first)
  }
}

const MAIN_VERBS = new Set(['select', 'insert', 'replace', 'update', 'delete', 'values'])
const BEGIN_MODES = new Set(['deferred', 'immediate', 'exclusive'])
/** Pragmas whose parenthesis holds a question, not a new value. */
const ASKING_PRAGMAS = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_info',
  'index_xinfo',
  'index_list',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
])

function named(verb: string, table: string): string {
  return table === '' ? verb : `${verb} ${table}`
}

function wordAt(tokens: readonly Token[], index: number): string {
  const token = tokens[index]
  return token?.type === 'word' ? token.text : ''
}

/** The name at a place, without a schema before it: `main.orders` is `orders`. */
function nameAt(tokens: readonly Token[], index: number): string {
  const token = tokens[index]
  if (token === undefined || token.type === 'mark') return ''
  if (tokens[index + 1]?.text === '.') return nameAt(tokens, index + 2)
  return token.text.toLowerCase()
}

/** The first table named after FROM or INTO, also inside a subquery. */
function tableAfter(tokens: readonly Token[], keyword: string): string {
  for (let index = 1; index < tokens.length; index++) {
    if (wordAt(tokens, index) !== keyword) continue
    const next = nameAt(tokens, index + 1)
    if (next !== '') return next
  }
  return ''
}

function definedName(tokens: readonly Token[]): string {
  let index = 1
  while (NOISE.has(wordAt(tokens, index))) index++
  return nameAt(tokens, index)
}

const NOISE = new Set([
  'temp',
  'temporary',
  'unique',
  'virtual',
  'table',
  'index',
  'view',
  'trigger',
  'if',
  'not',
  'exists',
])

function isIfNotExists(tokens: readonly Token[], index: number): boolean {
  return (
    wordAt(tokens, index) === 'if' &&
    wordAt(tokens, index + 1) === 'not' &&
    wordAt(tokens, index + 2) === 'exists'
  )
}

function mayRollBack(tokens: readonly Token[]): boolean {
  return tokens.some(token => token.type === 'word' && token.text === 'rollback')
}

function hasDeferredConstraint(tokens: readonly Token[]): boolean {
  return tokens.some(token => token.type === 'word' && token.text === 'deferred')
}

function pragmaName(tokens: readonly Token[]): string {
  return nameAt(tokens, 1)
}

function hasValueInParentheses(tokens: readonly Token[]): boolean {
  return tokens.some(token => token.text === '(') && !ASKING_PRAGMAS.has(pragmaName(tokens))
}

/**
 * Cuts a text at its semicolons. A trigger's body has semicolons of its own; it is over at `; END ;`
 * (the rule of sqlite3_complete).
 */
function splitStatements(source: string): Token[][] {
  const statements: Token[][] = []
  let tokens: Token[] = []
  for (const token of tokenize(source)) {
    if (token.text === ';' && token.type === 'mark' && !insideTrigger(tokens)) {
      if (tokens.length > 0) statements.push(tokens)
      tokens = []
    } else {
      tokens.push(token)
    }
  }
  if (tokens.length > 0) statements.push(tokens)
  return statements
}

function insideTrigger(tokens: readonly Token[]): boolean {
  if (wordAt(tokens, 0) !== 'create') return false
  const trigger = TEMPORARY.has(wordAt(tokens, 1)) ? wordAt(tokens, 2) : wordAt(tokens, 1)
  if (trigger !== 'trigger') return false
  const last = tokens.length - 1
  return !(wordAt(tokens, last) === 'end' && tokens[last - 1]?.text === ';')
}

const TEMPORARY = new Set(['temp', 'temporary'])

function* tokenize(source: string): Iterable<Token> {
  let depth = 0
  let index = 0
  while (index < source.length) {
    const start = index
    const char = source[index]!
    if (char === '-' && source[index + 1] === '-') {
      const end = source.indexOf('\n', index)
      index = end === -1 ? source.length : end + 1
    } else if (char === '/' && source[index + 1] === '*') {
      const end = source.indexOf('*/', index + 2)
      index = end === -1 ? source.length : end + 2
    } else if (char === "'" || char === '"' || char === '`' || char === '[') {
      index = endOfQuoted(source, index, char === '[' ? ']' : char)
      const type = char === "'" ? 'string' : 'quoted'
      yield { type, text: source.slice(start + 1, index - 1), depth, start, end: index }
    } else if (isWordChar(source.charCodeAt(index))) {
      while (index < source.length && isWordChar(source.charCodeAt(index))) index++
      yield { type: 'word', text: source.slice(start, index).toLowerCase(), depth, start, end: index }
    } else {
      index++
      if (isSpace(source.charCodeAt(start))) continue
      if (char === ')') depth--
      yield { type: 'mark', text: char, depth, start, end: index }
      if (char === '(') depth++
    }
  }
}

/** A doubled quote inside stands for itself; brackets have no such escape. */
function endOfQuoted(source: string, start: number, quote: string): number {
  let index = start + 1
  while (index < source.length) {
    if (source[index] === quote) {
      if (quote === ']' || source[index + 1] !== quote) return index + 1
      index++
    }
    index++
  }
  return source.length
}

function isWordChar(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  )
}

/** Also the byte order mark, which SQLite skips. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff
}
