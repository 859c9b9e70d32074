/**
 * Builds the page once for all browser tests.
 */
import type { TestProject } from 'vitest/node'
import { findChromium } from './chromium.ts'
import { serveBuiltPage } from './serve.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the built page is served. */
    readonly builtPage: string
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  // Before the time that a build takes.
  findChromium()
  const { url, close } = await serveBuiltPage()
  project.provide('builtPage', url)
  return close
}
