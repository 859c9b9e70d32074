/**
 * Answers to exercises as modules that a worker can load: `slots/<exercise>/<answer>.js`. The development server compiles them when
 * they are asked for and tells the page when the student's own file was saved; a build contains all but that one.
 */
import type { Plugin, ViteDevServer } from 'vite'
import { compileSlot } from '#simulator/desk/compile.ts'
import { hashOf } from '#simulator/desk/content.ts'
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
import { WorkbenchError } from '#simulator/world/errors.ts'
import { SLOT_SAVED, type SlotSaved } from '../worker/slot-saved.ts'

const REQUEST = /^\/slots\/([\w-]+)\/([\w~-]+)\.js(?:\?|$)/

export function slots(): Plugin {
  return {
    name: 'slots',
    async generateBundle() {
      for (const exercise of await loadAll()) {
        for (const answer of [starter(exercise), solution(exercise), ...mistakes(exercise)]) {
          const fileName = `slots/${exercise.name}/${answer.name}.js`
          this.emitFile({ type: 'asset', fileName, source: await moduleOf(answer) })
        }
      }
    },
    async configureServer(server) {
      const exercises = await loadAll()
      server.middlewares.use((request, response, next) => {
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
    return [
      `export const file = ${JSON.stringify(slot.file)}`,
      `export const content = ${JSON.stringify(hashOf(slot))}`,
      `export default function (module, exports, require, process) {\n${code}\n}`,
    ].join('\n')
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    const { code, message, next } = error
    return `export const refused = ${JSON.stringify({ code, sentence: message, next })}\n`
  }
}

/** Whoever saves a file with the page open wants to see what has become of it. */
function tellOfSaves(server: ViteDevServer, exercises: readonly Exercise[]): void {
  const byFile = new Map(exercises.map(exercise => [yours(exercise).file, exercise]))
  server.watcher.add([...byFile.keys()])
  const tell = (file: string) => {
    const exercise = byFile.get(file)
    if (exercise === undefined) return
    const saved: SlotSaved = { exercise: exercise.name }
    server.ws.send({ type: 'custom', event: SLOT_SAVED, data: saved })
  }
  server.watcher.on('change', tell).on('add', tell).on('unlink', tell)
}
