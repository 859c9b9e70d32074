import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { contentSecurityPolicy } from './simulator/lab/vite/content-security-policy.ts'
import { slots } from './simulator/lab/vite/slots.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What KafkaJS and students' files ask of Node, as far as it exists inside the simulation. */
const NODE_MODULES: Readonly<Record<string, string>> = {
  assert: at('./simulator/lab/node/assert.ts'),
  buffer: at('./node_modules/buffer/index.js'),
  crypto: at('./simulator/lab/node/crypto.ts'),
  events: at('./node_modules/events/events.js'),
  net: at('./simulator/lab/node/sockets.ts'),
  tls: at('./simulator/lab/node/sockets.ts'),
  util: at('./node_modules/util/util.js'),
  zlib: at('./simulator/lab/node/zlib.ts'),
}

export default defineConfig({
  root: at('./simulator/lab'),
  // A static folder that works wherever it is put, also under a sub-path.
  base: './',
  plugins: [react(), slots(), contentSecurityPolicy()],
  resolve: {
    conditions: ['solutions', 'browser', 'module', 'import', 'default'],
    alias: Object.entries(NODE_MODULES).map(([name, replacement]) => ({
      find: new RegExp(`^(?:node:)?${name}$`),
      replacement,
    })),
  },
  // Everything the worker loads, so that the development server finds it at once and not in the middle of a first run.
  optimizeDeps: {
    entries: ['index.html', 'worker/worker.ts', 'worker/runs.ts', 'worker/judging.ts', 'worker/scenarios.ts'],
    include: ['kafkajs', 'hono', 'xstate', 'zod', 'buffer/index.js', 'events', 'util'],
  },
  worker: { format: 'es' },
  build: {
    outDir: at('./dist'),
    emptyOutDir: true,
    target: 'es2023',
    // Browsers that know light-dark(): rewritten for older ones it would not follow the page's own switch.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 800,
  },
  server: { port: 4747 },
  preview: { port: 4748 },
})
