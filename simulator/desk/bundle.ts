/**
 * The simulator and all checks as plain JavaScript, for the processes that execute plans.
 *
 * What loads TypeScript on the fly names every function anew when it is made; runs are a quarter faster without.
 */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { exerciseNames, ROOT } from './exercise.ts'

/** Packages are found from here, as it lies inside their folder. */
const CACHE = join(ROOT, 'node_modules', '.cache', 'out-of-order')
const KEPT = 4

/**
 * @param program which one, by the name of its file in this folder
 * @param others those that it starts in its turn
 * @returns the path of the program, with the others beside it; built once for each state of the sources
 */
export async function bundleSimulator(program = 'child', ...others: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [
      ...[program, ...others].map(name => ({ in: join(ROOT, `simulator/desk/${name}.ts`), out: name })),
      ...exerciseNames().map(name => ({ in: join(ROOT, 'exercises', name, 'check.ts'), out: name })),
    ],
    bundle: true,
    splitting: true,
    write: false,
    outdir: CACHE,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // A check that builds on an exercise builds on its reference.
    conditions: ['solutions'],
    packages: 'external',
    logLevel: 'silent',
  })
  const hash = createHash('sha256')
  for (const { path, contents } of outputFiles) hash.update(basename(path)).update(contents)
  const folder = join(CACHE, hash.digest('hex').slice(0, 16))
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true })
    const making = mkdtempSync(join(CACHE, 'making-'))
    for (const { path, contents } of outputFiles) writeFileSync(join(making, basename(path)), contents)
    writeFileSync(join(making, 'package.json'), '{"type":"module"}')
    try {
      renameSync(making, folder)
    } catch {
      // Another command was faster; its result is the same.
      rmSync(making, { recursive: true, force: true })
    }
    forgetOld()
  }
  return join(folder, `${program}.js`)
}

/** Keeps the few newest bundles. */
function forgetOld(): void {
  const all = readdirSync(CACHE)
    .filter(name => /^[0-9a-f]{16}$/.test(name))
    .map(name => ({ path: join(CACHE, name), at: statSync(join(CACHE, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
  for (const { path } of all.slice(KEPT)) rmSync(path, { recursive: true, force: true })
}
