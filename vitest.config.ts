import { defineConfig } from 'vitest/config'

// CI counts tests from a report that the console does not give.
const report = process.env.TEST_REPORT
const retry = Number(process.env.TEST_RETRY ?? 0)

export default defineConfig({
  test: {
    testTimeout: 30_000,
    retry,
    // Half of the files wait for processes of their own most of the time; left alone it would take one core of two.
    maxWorkers: 2,
    ...(report === undefined ? {} : { reporters: ['default', ['json', { outputFile: report }]] }),
    projects: [
      {
        // What `npm test` runs: it proves the workbench, and does not look at the files that students edit.
        resolve: { conditions: ['solutions'] },
        ssr: { resolve: { conditions: ['solutions'] } },
        test: {
          name: 'workbench',
          include: ['simulator/**/*.test.ts', 'solutions/**/*.test.ts'],
          exclude: ['**/*.broker.test.ts', '**/*.browser.test.ts'],
          testTimeout: 30_000,
          retry,
          // What is printed is compared as text: a machine that wants colours must not change it.
          env: { NO_COLOR: '1' },
        },
      },
      {
        // What `npm run test:broker` runs: the same files on a real broker, which the set-up starts where none is given.
        resolve: { conditions: ['solutions'] },
        ssr: { resolve: { conditions: ['solutions'] } },
        test: {
          name: 'broker',
          include: ['simulator/**/*.broker.test.ts'],
          globalSetup: ['simulator/live/broker/test-setup.ts'],
          // They share a broker, and some take it away.
          fileParallelism: false,
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: { NO_COLOR: '1' },
        },
      },
      {
        // What `npm run test:browser` runs: the built page, and the development server, in the Chromium of this machine.
        resolve: { conditions: ['solutions'] },
        ssr: { resolve: { conditions: ['solutions'] } },
        test: {
          name: 'browser',
          include: ['simulator/lab/**/*.browser.test.ts'],
          globalSetup: ['simulator/lab/testing/build.ts'],
          fileParallelism: false,
          retry,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          env: { NO_COLOR: '1' },
        },
      },
      {
        // For an editor's test runner: the student's own files, as `npm run check` judges them.
        test: { name: 'exercises', include: ['exercises/**/check.test.ts'] },
      },
    ],
  },
})
