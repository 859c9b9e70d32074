/**
 * Compares two events field by field, whatever the order of their keys.
 */
type Fields = Readonly<Record<string, unknown>>

/** Fields of the original that the copy lacks or has with another value. What it has besides does no harm. */
export function changedFields(original: Fields, copy: Fields): string[] {
  return Object.keys(original).filter(field => {
    const [left, right] = [original[field], copy[field]]
    return left !== right && canonical(left) !== canonical(right)
  })
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
