/**
 * Answers to exercises as modules that a worker can load: `slots/<exercise>/<answer>.js`. The development server compiles them when
 * they are asked for and tells the page when the student's own file was saved; a build contains all but that one. What there is
 * stands in `slots/exercises.json`.
 */
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin, ViteDevServer } from 'vite'
import { compileSlot } from '#simulator/desk/compile.ts'
import { contentOf, hashOf } from '#simulator/desk/content.ts'
import {
  type Answer,
  type Exercise,
  exerciseNames,
  loadExercise,
  mistakes,
  ROOT,
  solution,
  starter,
  yours,
} from '#simulator/desk/exercise.ts'
import { sourcePlaces } from '#simulator/desk/source-lines.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import { SLOT_SAVED, type SlotSaved } from '../worker/slot-saved.ts'

const CATALOG = 'slots/exercises.json'
/** An editor that saves by writing a new file and renaming it makes several changes of one. */
const SAVING_TAKES_MS = 60
const REQUEST = /^\/slots\/([\w-]+)\/([\w~-]+)\.js(?:\?|$)/

export function slots(): Plugin {
  return {
    name: 'slots',
    async generateBundle() {
      const exercises = await loadAll()
      const source = JSON.stringify(exercises.map(describe))
      this.emitFile({ type: 'asset', fileName: CATALOG, source })
      for (const exercise of exercises) {
        for (const answer of [starter(exercise), solution(exercise), ...mistakes(exercise)]) {
          const fileName = `slots/${exercise.name}/${answer.name}.js`
          this.emitFile({ type: 'asset', fileName, source: await moduleOf(answer) })
        }
      }
    },
    async configureServer(server) {
      const exercises = await loadAll()
      server.middlewares.use((request, response, next) => {
        if (request.url?.split('?')[0] === `/${CATALOG}`) {
          Promise.all(exercises.map(describeWithContent)).then(catalog => {
            response.setHeader('Content-Type', 'application/json')
            response.setHeader('Cache-Control', 'no-store')
            response.end(JSON.stringify(catalog))
          }, next)
          return
        }
        const [, name, answerName] = REQUEST.exec(request.url ?? '') ?? []
        const exercise = exercises.find(candidate => candidate.name === name)
        const answer = exercise && answersOf(exercise).find(candidate => candidate.name === answerName)
        if (answer === undefined) return next()
        moduleOf(answer).then(
          source => {
            response.setHeader('Content-Type', 'text/javascript')
            response.setHeader('Cache-Control', 'no-store')
            response.end(source)
          },
          (error: unknown) => next(error),
        )
      })
      tellOfSaves(server, exercises)
    },
  }
}

async function loadAll(): Promise<Exercise[]> {
  return Promise.all(exerciseNames().map(name => loadExercise(name)))
}

function answersOf(exercise: Exercise): Answer[] {
  return [yours(exercise), starter(exercise), solution(exercise), ...mistakes(exercise)]
}

/** A module with the compiled file as a function to be called for each process, or with the reason why there is none. */
async function moduleOf(answer: Answer): Promise<string> {
  try {
    const slot = await compileSlot(answer.file, ROOT)
    const code = slot.code.replace(/^\/\/# sourceMappingURL=.*$/m, '')
    const head = [
      `export const file = ${JSON.stringify(slot.file)}`,
      `export const content = ${JSON.stringify(hashOf(slot))}`,
    ]
    const begin = 'export default function (module, exports, require, process) {'
    // By line of this module, so that whoever has a stack can say the line of the source.
    const places = [...Array(head.length + 2).fill(''), ...sourcePlaces(slot)]
    return [...head, `export const places = ${JSON.stringify(places)}`, begin, code, '}'].join('\n')
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    const { code, message, next } = error
    return `export const refused = ${JSON.stringify({ code, sentence: message, next })}\n`
  }
}

function describe(exercise: Exercise): CatalogEntry {
  const { name, number, folder, check } = exercise
  const [, heading = name] = /^# (.+)$/m.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? []
  return {
    name,
    number,
    title: heading.replace(/^\d+\s*·\s*/, ''),
    goal: check.goal,
    file: relative(ROOT, yours(exercise).file),
    answers: ['starter', 'solution', ...mistakes(exercise).map(mistake => mistake.name)],
  }
}

async function describeWithContent(exercise: Exercise): Promise<CatalogEntry> {
  const content = await contentOf(yours(exercise))
  return { ...describe(exercise), ...(content === undefined ? {} : { content }) }
}

/** Whoever saves a file with the page open wants to see what has become of it; a file of their own that it imports counts, too. */
function tellOfSaves(server: ViteDevServer, exercises: readonly Exercise[]): void {
  const waiting = new Map<string, NodeJS.Timeout>()
  server.watcher.add(exercises.map(({ folder }) => folder))
  const tell = (file: string) => {
    const exercise = exercises.find(({ folder }) => isOwnFile(relative(folder, file)))
    if (exercise === undefined) return
    const saved: SlotSaved = { exercise: exercise.name }
    clearTimeout(waiting.get(exercise.name))
    const send = () => server.ws.send({ type: 'custom', event: SLOT_SAVED, data: saved })
    waiting.set(exercise.name, setTimeout(send, SAVING_TAKES_MS))
  }
  server.watcher.on('change', tell).on('add', tell).on('unlink', tell)
}

/** @param path from the exercise's folder */
function isOwnFile(path: string): boolean {
  const [first] = path.split(sep)
  return (
    /\.(?:ts|js|json)$/.test(path) &&
    !['..', 'mistakes', 'starter', 'check', 'check.test.ts'].includes(first!)
  )
}
