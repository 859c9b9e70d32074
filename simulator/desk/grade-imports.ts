/**
 * Where the imports of a file lead that comes out of a student's clone: the file and its helpers are the student's; whatever the
 * workbench gives (simulator, checks, given files, the reference) and every package are this repository's; nothing else exists.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, posix, relative } from 'node:path'
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface Origin {
  /** `12-idempotent-consumer` */
  readonly exercise: string
  /** Real path of the student's clone. */
  readonly clone: string
  /** Real path of this repository. */
  readonly ours: string
}

/** What `imports` in package.json says for a judged file: other exercises contribute the reference. */
const DOORS: Readonly<Record<string, string>> = {
  '#simulator/': 'simulator/',
  '#exercises/': 'exercises/',
  '#work/': 'solutions/',
}
const MAX_FILE_BYTES = 1_000_000
/** Marks questions of this plugin to esbuild, so that it does not answer them itself. */
const ASKED_HERE = Symbol('asked here')

/** To stand before the plugin that refuses what the simulation does not have, which then sees packages only. */
export function importsOf(origin: Origin): Plugin {
  return {
    name: 'imports-of-a-clone',
    setup(build) {
      build.onResolve({ filter: /^([.#/\\]|[a-zA-Z][\w+.-]*:)/ }, args => {
        if (args.pluginData === ASKED_HERE) return undefined
        if (args.kind === 'entry-point') return { path: args.path }
        if (args.path.startsWith('node:') || isOfPackage(args.importer, origin)) return undefined
        return resolveFile(build, args, origin)
      })
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
        const isHere = isOurs(path, origin) || isOfPackage(path, origin)
        const problem = isHere ? undefined : problemWith(path, origin)
        return problem === undefined ? undefined : refuse(problem)
      })
    },
  }
}

/** To stand behind it: packages that are compiled in come from here, whoever asks. */
export function packagesOf(origin: Origin): Plugin {
  return {
    name: 'packages-of-this-repository',
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, async ({ path, kind, importer, pluginData }) => {
        if (pluginData === ASKED_HERE || kind === 'entry-point' || isOfPackage(importer, origin))
          return undefined
        const found = await build.resolve(path, { kind, resolveDir: origin.ours, pluginData: ASKED_HERE })
        return found.errors.length === 0 ? found : { errors: [{ text: `Could not resolve "${path}"` }] }
      })
    },
  }
}

async function resolveFile(
  build: PluginBuild,
  args: OnResolveArgs,
  origin: Origin,
): Promise<OnResolveResult> {
  const { path, kind, importer } = args
  const wanted = inRepository(path, importer, origin)
  if (wanted === undefined) return refuse(outsideOf(nameOf(importer, origin), path))
  const find = (resolveDir: string) =>
    build.resolve(`./${wanted}`, { kind, resolveDir, pluginData: ASKED_HERE })
  const given = await find(origin.ours)
  if (given.errors.length === 0 && !isSlot(given.path, origin)) {
    const solutions = join(origin.ours, 'solutions')
    const isOwnSolution = isInside(given.path, join(solutions, origin.exercise))
    if (!isOwnSolution || isInside(importer, solutions)) return { path: given.path }
    return refuse(ownSolution(nameOf(importer, origin)))
  }
  const own = await find(origin.clone)
  if (own.errors.length === 0) return { path: own.path }
  return { errors: [{ text: `Could not resolve "${path}"` }] }
}

/** @returns the path from the root of the repository, whosever it is; undefined when it leads out of it */
function inRepository(path: string, importer: string, origin: Origin): string | undefined {
  const door = Object.keys(DOORS).find(start => path.startsWith(start))
  if (door === undefined && !/^\.\.?(\/|$)/.test(path)) return undefined
  const from = dirname(relative(isOurs(importer, origin) ? origin.ours : origin.clone, importer))
  const wanted = posix.normalize(
    door === undefined ? posix.join(from, path) : DOORS[door] + path.slice(door.length),
  )
  return wanted === '..' || wanted.startsWith('../') ? undefined : wanted
}

/** What a student edits is theirs, by whatever name it is imported: it has a starter beside it. */
function isSlot(path: string, { ours }: Origin): boolean {
  const folder = dirname(path)
  return dirname(folder) === join(ours, 'exercises') && existsSync(join(folder, 'starter', basename(path)))
}

/** Links are followed before anything is read: they may lead anywhere, and so may what is no file at all. */
function problemWith(path: string, origin: Origin): WorkbenchError | undefined {
  const name = nameOf(path, origin)
  const real = realPath(path)
  if (real === undefined) return unreadable(name)
  if (!isInside(real, origin.clone))
    return new WorkbenchError('outside-import', `${name} is a link that leads out of the clone.`)
  const stats = statSync(real)
  if (!stats.isFile()) return unreadable(name)
  if (stats.size <= MAX_FILE_BYTES) return undefined
  return new WorkbenchError(
    'broken-file',
    `${name} has ${(stats.size / 1_000_000).toFixed(1)} MB; a file of an answer may have ${MAX_FILE_BYTES / 1_000_000} MB.`,
  )
}

function unreadable(name: string): WorkbenchError {
  return new WorkbenchError('broken-file', `${name} cannot be read as a file.`)
}

function outsideOf(name: string, path: string): WorkbenchError {
  return new WorkbenchError(
    'outside-import',
    `${name} imports ${path}, which is no file of the repository and no package.`,
  )
}

function ownSolution(name: string): WorkbenchError {
  return new WorkbenchError('imports-solution', `${name} imports the solution of its own exercise.`)
}

function refuse(error: WorkbenchError): { errors: { text: string; detail: WorkbenchError }[] } {
  return { errors: [{ text: error.message, detail: error }] }
}

function nameOf(path: string, { clone, ours }: Origin): string {
  return relative(isInside(path, clone) ? clone : ours, path)
}

/** Clones may lie within this repository, or this repository within one of them; it may even be the clone. */
function isOurs(path: string, { clone, ours }: Origin): boolean {
  return isInside(path, ours) && (!isInside(path, clone) || ours.startsWith(`${clone}/`))
}

function isOfPackage(importer: string, { ours }: Origin): boolean {
  return isInside(importer, join(ours, 'node_modules'))
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
