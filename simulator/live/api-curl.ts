/**
 * An example of an operation as a command for a shell.
 */
import type { ApiExample, ApiOperation } from './api-operations.ts'

/** @param origin of the gateway: `http://127.0.0.1:8080` */
export function toCurl(origin: string, operation: ApiOperation, example: ApiExample): string {
  const { method, path, query, hasKey } = operation
  const { id = '', body } = example
  const url = new URL(path.replace('{id}', encodeURIComponent(id)), origin)
  if (query !== undefined && example.query !== undefined) url.searchParams.set(query.name, example.query)
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quote(url.href)}`,
    ...(hasKey === true ? [`-H ${quote(`Idempotency-Key: ${keyOf(operation, example)}`)}`] : []),
    ...(body === undefined
      ? []
      : [
          `-H ${quote('Content-Type: application/json')}`,
          `-d ${quote(JSON.stringify(body, null, 2).replaceAll('\n', '\n  '))}`,
        ]),
  ].join(' \\\n  ')
}

/** The same whenever the example is tried, so that trying it again changes nothing. */
export function keyOf({ id }: ApiOperation, { name }: ApiExample): string {
  return `${id}-${name}`
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
