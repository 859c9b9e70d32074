/**
 * From the folders that were named to students: one for each clone, whatever state it is in.
 */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { WorkbenchError } from '#simulator/world/errors.ts'

export interface Clone {
  /** The folder's name; with as many of those above it as tell it from the others. */
  readonly student: string
  /** Its real path. */
  readonly folder: string
  /** Whether there are exercises in it: a clone without any still belongs to a student. */
  readonly hasExercises: boolean
}

export interface Clones {
  /** In the order in which they were named. */
  readonly clones: readonly Clone[]
  /** What a pattern like `clones/*` gave as well: files, as they were named. */
  readonly files: readonly string[]
}

const NAME_CLONES = 'Name the students’ clones, as in npm run grade -- clones/*.'

/**
 * @param named absolute, or relative to `from`; what is named twice counts once
 * @throws WorkbenchError `bad-folder` when one does not exist, or none of them is a clone
 */
export function findClones(named: readonly string[], from: string): Clones {
  const folders = new Map<string, string>()
  const files: string[] = []
  for (const name of named) {
    const path = resolve(from, name)
    if (!exists(path)) throw new WorkbenchError('bad-folder', `There is no folder ${name}.`, NAME_CLONES)
    const real = realpathSync(path)
    if (!isFolder(path)) files.push(name)
    else if (!folders.has(real)) folders.set(real, path)
  }
  const students = tellApart([...folders.values()])
  const clones = [...folders].map(([folder], index) => ({
    student: students[index]!,
    folder,
    hasExercises: isFolder(join(folder, 'exercises')),
  }))
  if (clones.every(({ hasExercises }) => !hasExercises)) throw noClone(named, [...folders], from)
  return { clones, files }
}

/** The last part of each path; where two are equal, with the part before it, and so on. */
export function tellApart(paths: readonly string[]): string[] {
  const parts = paths.map(path => path.split(sep).filter(part => part !== ''))
  const used = paths.map(() => 1)
  const names = () => parts.map((all, index) => all.slice(-used[index]!).join('/') || sep)
  for (;;) {
    const current = names()
    const longer = current.flatMap((name, index) =>
      current.indexOf(name) !== current.lastIndexOf(name) && used[index]! < parts[index]!.length
        ? [index]
        : [],
    )
    if (longer.length === 0) return current
    for (const index of longer) used[index]!++
  }
}

/** Most often somebody has named the folder in which the clones are. */
function noClone(
  named: readonly string[],
  folders: readonly (readonly [real: string, path: string])[],
  from: string,
): WorkbenchError {
  const above = folders.find(([folder]) =>
    namesIn(folder).some(name => isFolder(join(folder, name, 'exercises'))),
  )
  const what = named.length === 1 ? `${named[0]} is no clone` : 'None of these is a clone'
  const hint = `Did you mean ${above === undefined ? '' : `${relative(from, above[1]) || '.'}/*`}?`
  return new WorkbenchError(
    'bad-folder',
    `${what} of this repository: there is no folder exercises in ${named.length === 1 ? 'it' : 'any'}.`,
    above === undefined ? NAME_CLONES : hint,
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}
