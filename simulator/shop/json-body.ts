/**
 * JSON out of the bytes of a body, stricter than `JSON.parse`: UTF-8 only, and no deeper than anybody needs.
 */

/** An order has its lines at depth 3. Code that walks a value recursively must not meet one that ends its stack. */
export const DEEPEST_NESTING = 32

/** @throws SyntaxError that says what is wrong */
export function parseJson(bytes: Uint8Array | ArrayBuffer): unknown {
  const text = decode(bytes)
  if (nestingOf(text) > DEEPEST_NESTING)
    throw new SyntaxError(`arrays and objects are nested more than ${DEEPEST_NESTING} deep`)
  return JSON.parse(text)
}

/** Without `fatal`, bytes that are none would become U+FFFD and be stored. */
function decode(bytes: Uint8Array | ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SyntaxError('the bytes are not UTF-8')
  }
}

/** The deepest nesting, of text that may be no JSON at all. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"?|[[{\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}
