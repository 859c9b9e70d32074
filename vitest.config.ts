import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['solutions'] },
  ssr: { resolve: { conditions: ['solutions'] } },
  test: {
    include: ['simulator/**/*.test.ts', 'solutions/**/*.test.ts', 'exercises/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
