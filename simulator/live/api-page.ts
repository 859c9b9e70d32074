/**
 * The documentation that the gateway serves: the OpenAPI document for machines, and one page for people.
 */
import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { type Field, fieldsOf } from './api-fields.ts'
import { API_PAGE_STYLE } from './api-page-style.ts'
import {
  COMMON_PROBLEMS,
  createOpenApiDocument,
  type JsonSchema,
  type OpenApiContent,
  type OpenApiDocument,
  type OpenApiOperation,
  type OpenApiParameter,
  type OpenApiResponse,
  type Reference,
} from './openapi.ts'
import { readOnly } from './operations.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

const STYLE_HASH = createHash('sha256').update(API_PAGE_STYLE).digest('base64')
/** No script, nothing from elsewhere, in nobody's frame: the page needs its own style and an empty icon. */
const SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `GET /docs`, `GET /openapi.json`, and from `/` the way to the former. */
export function createApiPage(): Hono {
  const app = new Hono()
  app.get('/', c => c.redirect('/docs'))
  app.get('/openapi.json', c => c.json(createOpenApiDocument(originOf(c))))
  app.get('/docs', c => {
    c.header('content-security-policy', SECURITY_POLICY)
    c.header('referrer-policy', 'no-referrer')
    return c.html(renderApiPage(createOpenApiDocument(originOf(c))))
  })
  for (const path of ['/', '/openapi.json', '/docs']) app.all(path, readOnly)
  return app
}

/** Where the reader reached this gateway; the server has made sure that it is on this machine. */
const originOf = (c: Context) => new URL(c.req.url).origin

export function renderApiPage(document: OpenApiDocument): Html {
  const { info, tags } = document
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const of = (tag: string) => operations.filter(({ operation }) => operation.tags.includes(tag))
  const links = tags.map(
    ({ name }) => html`<section>
      <h2>${name}</h2>
      <ul>${of(name).map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`)}</ul>
    </section>`,
  )
  const sections = tags.map(
    ({ name, description }) => html`
      <h2 id="${name.toLowerCase()}">${name}</h2>
      <p class="quiet">${description}</p>
      ${of(name).map(({ path, method, operation }) => renderOperation(document, path, method, operation))}`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${info.title}</title>
  <link rel="icon" href="data:,">
  <style>${raw(API_PAGE_STYLE)}</style>
</head>
<body>
  <a class="skip" href="#content">To the content</a>
  <div class="page">
    <nav aria-label="Operations">
      ${links}
      <section><h2>More</h2><ul><li><a href="#problems">Problems</a></li><li><a href="/openapi.json">OpenAPI document</a></li></ul></section>
    </nav>
    <main id="content">
      <h1>${info.title}</h1>
      <p>${info.description}</p>
      <p>This gateway is <code>${document.servers[0]?.url}</code>. Each command below works as it is: click it to select all of it, and paste it
        into a terminal, from top to bottom.</p>
      ${sections}
      ${renderProblems(document)}
    </main>
  </div>
</body>
</html>`
}

function renderOperation(
  document: OpenApiDocument,
  path: string,
  method: string,
  operation: OpenApiOperation,
): Html {
  const own = operation.parameters.filter((parameter): parameter is OpenApiParameter => 'name' in parameter)
  const samples = operation['x-codeSamples']
  const body = operation.requestBody?.content['application/json']
  return html`<section class="operation" id="${operation.operationId}" aria-labelledby="${operation.operationId}-title">
    <h3 id="${operation.operationId}-title">${operation.summary}</h3>
    <p class="address"><span class="method ${method}">${method.toUpperCase()}</span>${path}</p>
    <p>${words(operation.description)}</p>
    ${own.length > 0 ? renderParameters(own) : ''}
    ${body === undefined ? '' : html`<h4>Body</h4>${renderFields(fieldsOf(resolve(document, body.schema)))}`}
    <h4>${samples.length > 1 ? 'Examples' : 'Example'}</h4>
    ${samples.map(
      ({ label, source }) =>
        html`<p class="quiet">${label}</p><pre class="command" tabindex="0">${source}</pre>`,
    )}
    <h4>Answers</h4>
    ${renderAnswers(document, operation)}
  </section>`
}

function renderParameters(parameters: readonly OpenApiParameter[]): Html {
  return html`<h4>Parameters</h4><div class="table"><table>
    <thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead>
    <tbody>${parameters.map(
      ({ name, in: place, required, description }) => html`<tr>
        <th scope="row"><code>${name}</code> ${required ? REQUIRED : ''}</th><td>${place}</td><td>${words(description)}</td>
      </tr>`,
    )}</tbody>
  </table></div>`
}

function renderFields(fields: readonly Field[]): Html {
  return html`<div class="table"><table>
    <thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
    <tbody>${fields.map(
      ({ path, type, isRequired, constraints, description }) => html`<tr>
        <th scope="row"><code>${path}</code> ${isRequired ? REQUIRED : ''}</th>
        <td>${type}${constraints === '' ? '' : html`<br><span class="quiet">${constraints}</span>`}</td>
        <td>${words(description)}</td>
      </tr>`,
    )}</tbody>
  </table></div>`
}

function renderAnswers(document: OpenApiDocument, { responses }: OpenApiOperation): Html {
  const own = Object.entries(responses).filter(
    (entry): entry is [string, OpenApiResponse] => !('$ref' in entry[1]),
  )
  const contents = own.flatMap(([status, { content = {} }]) => {
    const json = content['application/json']
    return json === undefined || json.examples === undefined ? [] : [{ status, json }]
  })
  return html`<div class="table"><table>
      <thead><tr><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${own.map(
        ([status, { description, headers = {} }]) => html`<tr><th scope="row"><code>${status}</code></th>
          <td>${words(description)}${'Retry-After' in headers ? html` <span class="quiet">With Retry-After.</span>` : ''}</td></tr>`,
      )}</tbody>
    </table></div>
    <p class="quiet">Any other 4xx is explained under <a href="#problems">problems</a>.</p>
    ${contents.map(({ status, json }) => renderContent(document, status, json))}`
}

function renderContent(document: OpenApiDocument, status: string, content: OpenApiContent): Html {
  const fields = fieldsOf(resolve(document, content.schema))
  return html`<details><summary>What ${status} brings</summary>
    ${renderFields(fields.map(field => ({ ...field, isRequired: false })))}
    ${Object.values(content.examples ?? {}).map(
      ({ value }) => html`<pre tabindex="0">${JSON.stringify(value, null, 2)}</pre>`,
    )}
  </details>`
}

function renderProblems(document: OpenApiDocument): Html {
  return html`<h2 id="problems">Problems</h2>
    <p>Every error is an answer of the type <code>application/problem+json</code> (RFC 9457). These may come from any operation:</p>
    <div class="table"><table>
      <thead><tr><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${Object.entries(COMMON_PROBLEMS).map(
        ([status, description]) =>
          html`<tr><th scope="row"><code>${status}</code></th><td>${words(description)}</td></tr>`,
      )}</tbody>
    </table></div>
    <h4>What a problem brings</h4>
    ${renderFields(fieldsOf(document.components.schemas.Problem ?? {}))}`
}

const REQUIRED = html`<span class="required">required</span>`

function resolve({ components }: OpenApiDocument, schema: JsonSchema | Reference): JsonSchema {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(schema.$ref ?? '')?.[1]
  return name === undefined ? (schema as JsonSchema) : (components.schemas[name] ?? {})
}

/** Text with `code` in it. */
function words(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`))
}
