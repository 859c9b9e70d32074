/**
 * Finds and starts the Chromium that is on this machine; none is ever downloaded.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
]
const USUAL_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** What is missing is not in our code, so no place in it is told. */
export class NoChromium extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'NoChromium'
    this.stack = sentence
  }
}

/** @throws NoChromium that says how to get one */
export function findChromium(): string {
  const given = process.env.CHROMIUM
  if (given !== undefined) {
    if (existsSync(given)) return given
    throw new NoChromium(`There is no browser at ${given}, which CHROMIUM names.`)
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => NAMES.map(name => join(folder, name)))
  const found = [...onPath, ...USUAL_PLACES].find(path => existsSync(path))
  if (found !== undefined) return found
  throw new NoChromium(
    'There is no Chromium on this machine. Install it (on Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/chrome npm run test:browser.',
  )
}

export async function startChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0
  return chromium.launch({
    executablePath: findChromium(),
    // As root, which is how containers run, Chromium refuses to start inside its sandbox.
    args: isRoot ? ['--no-sandbox'] : [],
  })
}
