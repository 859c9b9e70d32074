import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OPERATIONS } from './api-operations.ts'
import { createApiPage, renderApiPage } from './api-page.ts'
import { ANSWER_SCHEMAS } from './api-schemas.ts'
import { type LiveShop, startLiveShop } from './fuzz/live-shop.ts'
import { createOpenApiDocument } from './openapi.ts'

const ORIGIN = 'http://127.0.0.1:8080'
const app = createApiPage()
const text = async (path: string) => (await app.request(ORIGIN + path)).text()

describe('the page', () => {
  test('is allowed no script and nothing from elsewhere, and has none', async () => {
    const response = await app.request(`${ORIGIN}/docs`)
    const page = await response.text()
    const policy = response.headers.get('content-security-policy')
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`style-src 'sha256-${hash}'`)
    expect(policy).not.toContain('unsafe')
    expect(page).not.toMatch(/<script|\bon\w+=|style="|javascript:|@import|url\(/i)
    const links = [...page.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, link]) => link)
    expect(links.filter(link => !/^(#[\w-]+|\/openapi\.json|data:,)$/.test(link ?? ''))).toEqual([])
  })

  test('has every operation, and every link in it leads to something on it', async () => {
    const page = await text('/docs')
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    for (const { id } of OPERATIONS) expect(ids).toContain(id)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
    for (const [, label] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(label)
  })

  test('shows the constraints of every field', async () => {
    const page = await text('/docs')
    expect(page).toContain('lines[].quantity')
    expect(page).toContain('1 to 10,000')
    expect(page).toContain('1 to 64 letters, digits, _ . or -')
  })

  test('shows text as text, whatever is in it', async () => {
    const document = createOpenApiDocument(ORIGIN)
    const evil = '<img src=x onerror=alert(1)>"\''
    document.info.title = evil
    document.components.schemas.Problem = { type: 'object', properties: { [evil]: { type: 'string' } } }
    for (const methods of Object.values(document.paths))
      for (const operation of Object.values(methods)) {
        operation.summary = evil
        operation.description = `a \`${evil}\``
        operation['x-codeSamples'] = [{ lang: 'Shell', label: evil, source: evil }]
      }
    const page = String(await renderApiPage(document))
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;')
  })

  test('is where the root leads, and is only read', async () => {
    const root = await app.request(`${ORIGIN}/`)
    expect([root.status, root.headers.get('location')]).toEqual([302, '/docs'])
    const post = await app.request(`${ORIGIN}/docs`, { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

const run = promisify(execFile)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

describe.runIf(hasCurl)('the commands of the page', () => {
  let shop: LiveShop
  beforeAll(async () => {
    shop = await startLiveShop()
  })
  afterAll(() => shop?.stop())

  test('work as they are, and bring what is documented', async () => {
    const page = await (await fetch(`${shop.gateway}/docs`)).text()
    const commands = [...page.matchAll(/<pre class="command"[^>]*>([\s\S]*?)<\/pre>/g)].map(([, command]) =>
      decode(command ?? ''),
    )
    const samples = OPERATIONS.flatMap(operation => operation.examples.map(() => operation))
    expect(commands).toHaveLength(samples.length)
    // The page groups them by tag; the order in which one would try them is that of the operations.
    for (const operation of OPERATIONS) {
      const own = commands.filter(command => isOf(command, operation.method, operation.path))
      expect(own).toHaveLength(operation.examples.length)
      if (operation.id === 'shipOrder') await untilConfirmed(`${shop.gateway}/orders/try-1`)
      for (const command of own) {
        const { status, body } = await inShell(command)
        const { schema } = operation.answers[0]!
        expect([command, status]).toEqual([command, operation.answers[0]!.status])
        if (schema !== undefined) ANSWER_SCHEMAS[schema].parse(JSON.parse(body))
        else expect(body).toContain('http_server_request_duration_seconds')
      }
    }
  })
})

const decode = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

function isOf(command: string, method: string, path: string): boolean {
  const address = new RegExp(`http://[^/]+${path.replace('{id}', '[^/ ]+')}(\\?\\S*)?'?( |$)`)
  const verb = /-X (\w+)/.exec(command)?.[1]?.toLowerCase() ?? 'get'
  return verb === method && address.test(command.split('\\\n')[0]!)
}

async function inShell(command: string): Promise<{ status: number; body: string }> {
  const { stdout } = await run('sh', ['-c', `${command} -sS -w '\\n%{http_code}'`])
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) }
}

async function untilConfirmed(url: string): Promise<void> {
  for (;;) {
    const { status } = (await (await fetch(url)).json()) as { status: string }
    if (status === 'confirmed') return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
