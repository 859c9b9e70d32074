/**
 * The fields of a JSON Schema as rows for a table: `lines[].quantity`, a whole number, 1 to 10,000.
 */
import type { JsonSchema } from './openapi.ts'

export interface Field {
  readonly path: string
  readonly type: string
  readonly isRequired: boolean
  /** In words; empty when there are none. */
  readonly constraints: string
  readonly description: string
}

/** In the order of the schema, what is within a field after it. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
  if (schema.type === 'array') return fieldsOf(itemsOf(schema), `${prefix}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property === 'boolean') return []
    const path = prefix === '' ? name : `${prefix}.${name}`
    const field: Field = {
      path,
      type: typeOf(property),
      isRequired: schema.required?.includes(name) === true,
      constraints: constraintsOf(property),
      description: property.description ?? '',
    }
    return [field, ...fieldsOf(property, path)]
  })
}

function typeOf(schema: JsonSchema): string {
  if (schema.type === 'array') return `array of ${typeOf(itemsOf(schema))}`
  if (schema.format === 'date') return 'date'
  if (schema.const !== undefined || schema.enum !== undefined) return 'one of'
  if (schema.type === 'integer') return 'whole number'
  if (schema.type === 'string') return 'text'
  return String(schema.type)
}

function constraintsOf(schema: JsonSchema): string {
  const { title = '', minimum, maximum, minLength, maxLength, minItems, maxItems } = schema
  const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const])
  return [
    values.join(', '),
    title,
    range(minimum, maximum, ''),
    range(minLength, maxLength, ' characters'),
    range(minItems, maxItems, ' elements'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(words => words !== '')
    .join('; ')
}

/** A bound of JavaScript's whole numbers says nothing of the field. */
function range(min: number | undefined, max: number | undefined, unit: string): string {
  const isBounded = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER
  const say = (bound: number) => bound.toLocaleString('en')
  if (isBounded(min) && isBounded(max)) return `${say(min)} to ${say(max)}${unit}`
  if (isBounded(max)) return `at most ${say(max)}${unit}`
  return isBounded(min) ? `at least ${say(min)}${unit}` : ''
}

function itemsOf({ items }: JsonSchema): JsonSchema {
  return typeof items === 'object' && !Array.isArray(items) ? items : {}
}
