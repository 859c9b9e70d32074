/**
 * The page as `npm run build` makes it, served as any web server would: from a sub-path, files only.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'

/** The page must not mind where it lies. */
const SUB_PATH = '/courses/eda/'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** Builds into a folder of its own, which is gone once the page is closed. */
export async function serveBuiltPage(): Promise<{ url: string; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-page-'))
  const { build } = await import('vite')
  await build({
    configFile: join(import.meta.dirname, '../../../vite.config.ts'),
    configLoader: 'native',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  const server = serve(folder)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${SUB_PATH}`,
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function serve(folder: string) {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const inside = normalize(decodeURIComponent(pathname.slice(SUB_PATH.length)) || 'index.html')
    const file = join(folder, inside)
    if (!pathname.startsWith(SUB_PATH) || !file.startsWith(folder) || !isFile(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    response.end(readFileSync(file))
  })
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
