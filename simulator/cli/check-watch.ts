/**
 * `check --watch`: judges again whenever a file of an exercise is saved, and says what the save has changed.
 */
import { createHash } from 'node:crypto'
import { existsSync, type FSWatcher, readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Desk, Report } from '#simulator/desk/desk.ts'
import { type Answer, type Exercise, ROOT } from '#simulator/desk/exercise.ts'
import type { JudgeOptions, Progress } from '#simulator/explore/judge.ts'
import { describeChange } from './check-change.ts'
import { formatCheck } from './check-report.ts'
import { titleOf } from './choose-exercise.ts'
import { fact } from './facts.ts'
import { judgeAnswer } from './judging.ts'
import { stepsAfter } from './next-steps.ts'
import { formatCount, style, terminalWidth } from './terminal.ts'

export interface Target {
  readonly exercise: Exercise
  readonly answer: Answer
}

/** Editors save in several steps; this long after the last of them the file is what it is going to be. */
const QUIET_MS = 40

/**
 * Judges the exercise that was saved last, until the command is ended with Ctrl-C.
 * A save while one is being judged starts it again.
 */
export async function watchExercises(
  desk: Desk,
  targets: readonly Target[],
  options: JudgeOptions,
): Promise<number> {
  const screen = createScreen()
  const reports = new Map<string, Report>()
  const saves = watchFolders(targets)
  for (let current = lastSaved(targets); ; ) {
    const ending = new AbortController()
    const saved = saves.next().then(target => {
      ending.abort()
      return target
    })
    const { exercise, answer } = current
    try {
      const report = await judgeAnswer(desk, exercise, answer, {
        ...options,
        signal: ending.signal,
        onProgress: progress => tellSingles(screen, exercise, progress),
      })
      const before = reports.get(exercise.name)
      reports.set(exercise.name, report)
      screen.show(compose(exercise, answer, before, report))
    } catch (error) {
      if (!ending.signal.aborted) throw error
    }
    current = await saved
  }
}

function compose(exercise: Exercise, answer: Answer, before: Report | undefined, report: Report): string {
  const width = terminalWidth()
  const changes = before === undefined ? [] : describeChange(before, report)
  const folder = relative(ROOT, dirname(answer.file))
  return [
    formatCheck(exercise, report, { width, next: stepsAfter(exercise, report) }),
    ...(changes.length === 0 ? [] : [fact('This save', changes.join('\n'), width)]),
    style.quiet(`  Watching ${folder === '' ? '.' : folder}: save to judge again, Ctrl-C to stop.`),
  ].join('\n\n')
}

/** That the single faults hold is news as soon as it is known: pairs and samples take longer. */
function tellSingles(screen: Screen, exercise: Exercise, { level, done, total, broken }: Progress): void {
  if (level !== 'singles' || done < total || broken > 0) return
  screen.show(
    `${style.good('✓')} ${style.title(titleOf(exercise))}  all ${formatCount(total - 1)} single faults hold; now pairs and larger plans`,
  )
}

interface Screen {
  /** In place of what was shown before, where there is a screen; else below it. */
  show(text: string): void
}

function createScreen(): Screen {
  return {
    show(text) {
      process.stdout.write(process.stdout.isTTY ? `\u001b[2J\u001b[H${text}\n` : `${text}\n\n`)
    },
  }
}

interface Saves {
  /** The target that was saved next, or has been saved since the last call. */
  next(): Promise<Target>
}

function watchFolders(targets: readonly Target[]): Saves {
  const contents = new Map(targets.map(target => [target, contentOf(target)]))
  const saved: Target[] = []
  let wake: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    for (const target of targets) {
      const content = contentOf(target)
      if (content === contents.get(target)) continue
      contents.set(target, content)
      saved.push(target)
    }
    if (saved.length > 0) wake?.()
  }
  const onEvent = () => {
    clearTimeout(timer)
    timer = setTimeout(look, QUIET_MS)
  }
  const folders = new Set(targets.map(({ answer }) => dirname(answer.file)))
  for (const folder of folders) {
    if (!existsSync(folder)) continue
    const watcher: FSWatcher = watch(folder, onEvent)
    // A folder that vanishes is told by the next verdict: there is no file.
    watcher.on('error', onEvent)
  }
  return {
    next: async () => {
      if (saved.length === 0) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      const target = saved.at(-1)!
      saved.length = 0
      return target
    },
  }
}

/** All that the student may have written beside the answer; saving without a change is none. */
function contentOf({ answer }: Target): string {
  const folder = dirname(answer.file)
  const hash = createHash('sha256')
  if (!existsSync(folder)) return ''
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
    try {
      hash.update(name).update(readFileSync(join(folder, name)))
    } catch {
      // Gone between listing and reading: an editor replaces files.
    }
  }
  return hash.digest('hex')
}

function lastSaved(targets: readonly Target[]): Target {
  const savedAt = ({ answer }: Target) => (existsSync(answer.file) ? statSync(answer.file).mtimeMs : 0)
  return [...targets].sort((a, b) => savedAt(b) - savedAt(a))[0]!
}
