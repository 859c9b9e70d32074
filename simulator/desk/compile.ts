/**
 * Compiles a student's file, with whatever it imports of theirs, into one function that can be called for each process:
 * a process that starts gets a module of its own, so that what a module remembers is gone after a crash.
 */
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { type BuildFailure, type BuildOptions, build, type Message, type Plugin } from 'esbuild'
import type { Check } from '#simulator/explore/check.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { PURE_BUILTINS, SHARED_PACKAGES } from './available-modules.ts'

/** A compiled file as text, to be sent to whoever runs it. */
export interface CompiledSlot {
  /** The body of a function of `module`, `exports` and `require`. */
  readonly code: string
  /** What a person calls the file: its path from the repository's root. */
  readonly file: string
}

/**
 * @param file absolute path
 * @param root the repository's root, for the file's name in messages
 * @throws WorkbenchError `missing-file`, `broken-file` with file and line, `outside-import` for what the simulation does not have
 */
export async function compileSlot(file: string, root: string): Promise<CompiledSlot> {
  return compileWith(file, root, {
    sourcemap: 'inline',
    sourcesContent: false,
    nodePaths: [join(root, 'node_modules')],
    plugins: [onlyWhatExists(root)],
  })
}

/** The same with further options, for files whose imports lead elsewhere. */
export async function compileWith(file: string, root: string, options: BuildOptions): Promise<CompiledSlot> {
  const name = relative(root, file)
  try {
    const { outputFiles = [] } = await build({
      entryPoints: [file],
      bundle: true,
      absWorkingDir: root,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // What other exercises contribute is the reference: each is judged on its own.
      conditions: ['solutions'],
      logLevel: 'silent',
      ...options,
      write: false,
    })
    return { code: outputFiles[0]!.text, file: name }
  } catch (error) {
    const [problem] = (error as BuildFailure).errors ?? []
    if (problem === undefined) throw error
    throw refusal(problem, name)
  }
}

/** Of Node's own modules only those that a simulated process can have. */
export function onlyWhatExists(root: string): Plugin {
  return {
    name: 'only-what-exists',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./#]/ }, ({ path, kind, importer }) => {
        if (kind === 'entry-point') return undefined
        const bare = path.replace(/^node:/, '')
        if (path.startsWith('node:') || builtinModules.includes(bare)) {
          if (PURE_BUILTINS.has(bare)) return { path, external: true }
          return {
            errors: [
              {
                text: `${relative(root, importer)} imports ${path}`,
                detail: { code: 'outside-import', path },
              },
            ],
          }
        }
        if (path === 'better-sqlite3') {
          return {
            errors: [
              {
                text: `${relative(root, importer)} imports better-sqlite3`,
                detail: { code: 'own-database' },
              },
            ],
          }
        }
        return SHARED_PACKAGES.has(path.split('/')[0]!) ? { path, external: true } : undefined
      })
    },
  }
}

function refusal(problem: Message, name: string): WorkbenchError {
  if (problem.detail instanceof WorkbenchError) return problem.detail
  if (problem.detail?.code === 'outside-import') {
    return new WorkbenchError(
      'outside-import',
      `${problem.text}, which does not exist inside the simulation.`,
      problem.detail.path.includes('timers')
        ? 'Use the global setTimeout: there it belongs to virtual time.'
        : 'A service has its host: host.kafka, host.db, fetch and timers; files, sockets, threads and other processes it does not have.',
    )
  }
  if (problem.detail?.code === 'own-database') {
    return new WorkbenchError(
      'outside-import',
      `${problem.text}: a database of its own would be real, and none of the workbench’s business.`,
      'Use host.db, which is a better-sqlite3 database; for types write import type.',
    )
  }
  const { location, text } = problem
  const missing = /^Could not resolve "([^./#"][^"]*)"/.exec(text)?.[1]
  if (location !== null && missing !== undefined) {
    return new WorkbenchError(
      'missing-package',
      `${name} imports ${missing}, which is not installed.`,
      `npm install ${missing} brings it, if there is such a package.`,
    )
  }
  if (text.startsWith('Top-level await')) {
    return new WorkbenchError(
      'broken-file',
      `${location?.file ?? name}:${location?.line ?? 1}: an await outside any function cannot be simulated.`,
      'Move it into the service function: that is what runs when the process starts.',
    )
  }
  if (/is a directory|Cannot read/i.test(text)) {
    return new WorkbenchError(
      'broken-file',
      `${name} cannot be read as a file.`,
      'Put a file in its place; npm run reset brings the starter back.',
    )
  }
  if (location === null && /Could not resolve|no such file/i.test(text)) {
    return new WorkbenchError(
      'missing-file',
      `There is no ${name}.`,
      `npm run reset ${/exercises\/(\d\d)/.exec(name)?.[1] ?? '-- <exercise>'} brings the starter back.`,
    )
  }
  const place = location === null ? name : `${location.file}:${location.line}:${location.column + 1}`
  // A binary file must not reach the terminal as it is.
  const line = location?.lineText
    .trim()
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?')
    .slice(0, 120)
  return new WorkbenchError(
    'broken-file',
    `${place}: ${text.replace(/\.$/, '')}${line ? ` — ${line}` : ''}`,
    'Correct it and save.',
  )
}

/** The exports a check asks for; the rest is the student's own. */
export type SlotExports = Check['slot']['exports']
