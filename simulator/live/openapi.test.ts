import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createFakeHost } from '#simulator/shop/fake-host.ts'
import { gateway } from '#simulator/shop/gateway.ts'
import { OPERATIONS } from './api-operations.ts'
import { ANSWER_SCHEMAS, REQUEST_SCHEMAS } from './api-schemas.ts'
import { createMetrics } from './metrics.ts'
import { createOpenApiDocument, type OpenApiOperation } from './openapi.ts'
import { createOperations } from './operations.ts'

const document = createOpenApiDocument('http://127.0.0.1:8080')
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

test('describes exactly the routes that the gateway has', async () => {
  let served: Hono | undefined
  await gateway({
    ...createFakeHost('gateway').host,
    listen: app => {
      if (app instanceof Hono) served = app
    },
  })
  const metrics = createMetrics(async () => [])
  const asked = createOperations({ service: 'gateway', metrics, isReady: () => true })
  const routes = [...(served?.routes ?? []), ...asked.routes]
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect(new Set(routes).size).toBeGreaterThan(10)
  expect(described.sort()).toEqual(routes.sort())
})

describe('is an OpenAPI 3.1 document:', () => {
  test('version, information and tags', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
    const tags = document.tags.map(({ name }) => name)
    expect(new Set(operations.flatMap(({ operation }) => operation.tags))).toEqual(new Set(tags))
  })

  test('every reference leads somewhere, and everything that is there is referred to', () => {
    const references = new Set(collect(document, '$ref').map(String))
    const named = Object.entries(document.components).flatMap(([kind, entries]) =>
      Object.keys(entries).map(name => `#/components/${kind}/${name}`),
    )
    expect([...references].sort()).toEqual(named.sort())
  })

  test('operation ids are unique', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each(operations)('$method $path has its parameters and answers', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = operation.parameters.flatMap(parameter => ('name' in parameter ? [parameter] : []))
    expect(parameters.filter(parameter => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
    expect(parameters.filter(parameter => parameter.in === 'path' && !parameter.required)).toEqual([])
    expect(new Set(parameters.map(parameter => `${parameter.in} ${parameter.name}`)).size).toBe(
      parameters.length,
    )
    expect(Object.keys(operation.responses)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^20[01]$/)]),
    )
    for (const [status, response] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^([1-5]\d\d|[1-5]XX)$/)
      if ('description' in response) expect(response.description).not.toBe('')
    }
  })

  test('every schema is one of JSON Schema 2020-12, as far as we use it', () => {
    const types = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean'])
    for (const type of collect(document.components.schemas, 'type').filter(type => typeof type === 'string'))
      expect(types).toContain(type)
    expect(collect(document, '$schema')).toEqual([])
    for (const pattern of collect(document, 'pattern'))
      expect(() => new RegExp(String(pattern), 'u')).not.toThrow()
  })
})

test('a command needs an idempotency key, and a 503 says when to try again', () => {
  for (const { method, operation } of operations) {
    const key = operation.parameters.find(
      parameter => 'name' in parameter && parameter.name === 'Idempotency-Key',
    )
    expect(key === undefined).toBe(method === 'get')
    const unavailable = operation.responses['503']
    if (unavailable !== undefined) expect(unavailable).toMatchObject({ headers: { 'Retry-After': {} } })
  }
})

test('its schemas are those the services check with', () => {
  expect(document.components.schemas.PlaceOrder?.properties?.lines).toMatchObject({
    minItems: 1,
    maxItems: 100,
    items: { properties: { quantity: { type: 'integer', minimum: 1, maximum: 10_000 } } },
  })
  expect(document.components.schemas.Product?.required).toEqual(['name', 'unitPriceCents'])
})

test('the examples are what their schemas describe', () => {
  for (const { body, answers, examples } of OPERATIONS) {
    for (const example of examples) {
      if (body !== undefined) REQUEST_SCHEMAS[body].parse(example.body)
      const schema = answers[0]?.schema
      if (schema !== undefined) ANSWER_SCHEMAS[schema].parse(example.answer)
    }
  }
  const shown = operations.flatMap(({ operation }: { operation: OpenApiOperation }) =>
    collect(operation, 'examples'),
  )
  expect(shown.length).toBeGreaterThan(OPERATIONS.length)
})

/** All values under that key, however deep. */
function collect(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner as unknown] : []),
    ...collect(inner, key),
  ])
}
