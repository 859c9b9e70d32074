import { defineConfig } from 'vitest/config'

// CI counts tests from a report that the console does not give.
const report = process.env.TEST_REPORT

export default defineConfig({
  resolve: { conditions: ['solutions'] },
  ssr: { resolve: { conditions: ['solutions'] } },
  test: {
    include: ['simulator/**/*.test.ts', 'solutions/**/*.test.ts', 'exercises/**/*.test.ts'],
    testTimeout: 30_000,
    ...(report === undefined ? {} : { reporters: ['default', ['json', { outputFile: report }]] }),
  },
})
