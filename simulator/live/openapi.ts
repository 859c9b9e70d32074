/**
 * The shop's HTTP interface as an OpenAPI 3.1 document, made from the schemas that the services check requests with.
 * https://spec.openapis.org/oas/v3.1.1.html
 */
import { z } from 'zod'
import { Id, IdempotencyKey } from '#simulator/shop/requests.ts'
import { keyOf, toCurl } from './api-curl.ts'
import { type ApiAnswer, type ApiExample, type ApiOperation, OPERATIONS, TAGS } from './api-operations.ts'
import { ANSWER_SCHEMAS, REQUEST_SCHEMAS } from './api-schemas.ts'

/** JSON Schema 2020-12, as zod writes it. */
export type JsonSchema = z.core.JSONSchema.JSONSchema
export interface Reference {
  $ref: string
}

export interface OpenApiDocument {
  openapi: string
  info: { title: string; version: string; summary: string; description: string }
  servers: { url: string; description: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, OpenApiOperation>>
  components: {
    schemas: Record<string, JsonSchema>
    parameters: Record<string, OpenApiParameter>
    headers: Record<string, OpenApiHeader>
    responses: Record<string, OpenApiResponse>
  }
}

export interface OpenApiOperation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters: (OpenApiParameter | Reference)[]
  requestBody?: { required: boolean; content: Record<string, OpenApiContent> }
  responses: Record<string, OpenApiResponse | Reference>
  /** An extension that several renderers know. */
  'x-codeSamples': { lang: string; label: string; source: string }[]
}

export interface OpenApiParameter {
  name: string
  in: 'path' | 'query' | 'header'
  description: string
  required: boolean
  schema: JsonSchema
  examples?: Record<string, OpenApiExample>
}

export interface OpenApiHeader {
  description: string
  schema: JsonSchema
}

export interface OpenApiResponse {
  description: string
  headers?: Record<string, OpenApiHeader | Reference>
  content?: Record<string, OpenApiContent>
}

export interface OpenApiContent {
  schema: JsonSchema | Reference
  examples?: Record<string, OpenApiExample>
}

export interface OpenApiExample {
  summary: string
  value: unknown
}

/** What any operation may answer, whatever it is asked. */
export const COMMON_PROBLEMS: Readonly<Record<number, string>> = {
  400: 'It is no HTTP, no JSON, or not what the operation takes.',
  404: 'There is nothing at this address.',
  405: 'The address is known, the method is not its own; `Allow` says which are.',
  406: 'The client does not take application/json.',
  408: 'The request did not come to its end in time.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The body is not application/json in UTF-8, or it is compressed.',
  421: 'The Host header names somebody else.',
  431: 'The headers are too large.',
}

const DESCRIPTION =
  `The order flow over HTTP. Commands are answered when they are recorded; what follows from them
travels as events, and the queries show it a moment later. Errors are problem details (RFC 9457). A command that was not
answered, or with 503, may be sent again with the same Idempotency-Key: it has its effect once.`.replace(
    /\n/g,
    ' ',
  )

/** @param origin of the gateway: `http://127.0.0.1:8080` */
export function createOpenApiDocument(origin: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: toOperation(operation, origin) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Out of Order: the shop',
      version: '1.0.0',
      summary: 'Orders, products, search, stock and revenue.',
      description: DESCRIPTION,
    },
    servers: [{ url: origin, description: 'The gateway that serves this document.' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: SCHEMAS,
      parameters: {
        traceparent: {
          name: 'traceparent',
          in: 'header',
          description:
            'W3C Trace Context, to go on with a trace of your own. One that is not valid is passed over.',
          required: false,
          schema: { type: 'string' },
        },
      },
      headers: {
        traceparent: {
          description: 'W3C Trace Context: the trace id that logs and events of this request carry.',
          schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$' },
        },
      },
      responses: {
        Problem: toProblem(
          `One of these: ${Object.entries(COMMON_PROBLEMS)
            .map(([status, words]) => `${status}: ${words}`)
            .join(' ')}`,
        ),
      },
    },
  }
}

const SCHEMAS = { ...toSchemas(REQUEST_SCHEMAS, 'input'), ...toSchemas(ANSWER_SCHEMAS, 'output') }
const RETRY_AFTER: Record<string, OpenApiHeader> = {
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } },
}

function toOperation(operation: ApiOperation, origin: string): OpenApiOperation {
  const { id, tag, summary, description, body, answers, problems, examples } = operation
  const responses: OpenApiOperation['responses'] = {}
  for (const answer of answers) responses[answer.status] = toAnswer(answer, examples, answer === answers[0])
  for (const [status, words] of Object.entries(problems)) {
    responses[status] = toProblem(words, status === '503' ? RETRY_AFTER : {})
  }
  responses['4XX'] = { $ref: '#/components/responses/Problem' }
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    parameters: [...toParameters(operation), { $ref: '#/components/parameters/traceparent' }],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${body}` },
            examples: toExamples(examples, example => example.body),
          },
        },
      },
    }),
    responses,
    'x-codeSamples': examples.map(example => ({
      lang: 'Shell',
      label: example.summary,
      source: toCurl(origin, operation, example),
    })),
  }
}

function toParameters(operation: ApiOperation): OpenApiParameter[] {
  const { idDescription, query, hasKey, examples } = operation
  const parameters: OpenApiParameter[] = []
  if (idDescription !== undefined)
    parameters.push({
      name: 'id',
      in: 'path',
      description: idDescription,
      required: true,
      schema: toSchema(Id, 'input'),
      examples: toExamples(examples, example => example.id),
    })
  if (query !== undefined)
    parameters.push({
      ...query,
      in: 'query',
      schema: { type: 'string' },
      examples: toExamples(examples, example => example.query),
    })
  if (hasKey === true)
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Your own name for this one command: 1 to 200 printable ASCII characters, no spaces. Sent again with the same body it has its effect once, and gets the first answer again.',
      required: true,
      schema: toSchema(IdempotencyKey, 'input'),
      examples: toExamples(examples, example => keyOf(operation, example)),
    })
  return parameters
}

/** The examples have the numbers of the first answer that is documented. */
function toAnswer(
  { description, schema }: ApiAnswer,
  examples: readonly ApiExample[],
  hasExamples: boolean,
): OpenApiResponse {
  const content: OpenApiContent = {
    schema: schema === undefined ? { type: 'string' } : { $ref: `#/components/schemas/${schema}` },
    ...(hasExamples && schema !== undefined && { examples: toExamples(examples, example => example.answer) }),
  }
  return {
    description,
    headers: { traceparent: { $ref: '#/components/headers/traceparent' } },
    content: { [schema === undefined ? 'text/plain' : 'application/json']: content },
  }
}

function toProblem(description: string, headers: Record<string, OpenApiHeader> = {}): OpenApiResponse {
  return {
    description,
    ...(Object.keys(headers).length > 0 && { headers }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function toExamples(
  examples: readonly ApiExample[],
  pick: (example: ApiExample) => unknown,
): Record<string, OpenApiExample> {
  return Object.fromEntries(
    examples.map(example => [example.name, { summary: example.summary, value: pick(example) }]),
  )
}

function toSchemas(
  schemas: Readonly<Record<string, z.ZodType>>,
  side: 'input' | 'output',
): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toSchema(schema, side)]))
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
