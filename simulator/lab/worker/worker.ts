/**
 * The worker that simulates: it answers one call after another, as timers, clocks and chance belong to one run at a time.
 */
import './node-globals.ts'
import wasmUrl from '@sqlite.org/sqlite-wasm/sqlite3.wasm?url'
import { asTrouble } from '#simulator/explore/run-plan.ts'
import { loadDefaultEngine } from '#simulator/sqlite/default-engine.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { real } from '#simulator/world/globals.ts'
import type { Asked, CallName, Calls, Forget, Told, Welcome } from './protocol.ts'

const ALIVE_EVERY_MS = 250

let base = ''

function tell(message: Told): void {
  postMessage(message)
}

type Handlers = {
  [N in CallName]: (
    request: Calls[N]['request'],
    onProgress: (progress: Calls[N]['progress']) => void,
  ) => Promise<Calls[N]['answer']>
}

async function createHandlers(): Promise<Handlers> {
  const [{ run, tables, tableHistory }, { explainRun, judgeAnswer }, { column, flow, tableRows }] =
    await Promise.all([
      import('./runs.ts'),
      import('./judging.ts'),
      import('./failure-tables.ts'),
      loadDefaultEngine({ wasmUrl }),
    ])
  return {
    run: request => run(base, request),
    tables: request => tables(base, request),
    tableHistory: request => tableHistory(base, request),
    judge: (request, onProgress) => judgeAnswer(base, request, onProgress),
    explain: request => explainRun(base, request),
    column: request => column(base, request),
    tableRows,
    flow,
  }
}

const handlers = createHandlers()
let last: Promise<unknown> = handlers

const forgotten = new Set<number>()

async function answer({ id, name, request }: Asked): Promise<void> {
  if (forgotten.delete(id)) return
  try {
    const handle = (await handlers)[name] as (
      request: unknown,
      onProgress: (progress: unknown) => void,
    ) => unknown
    const found = await handle(request, progress => tell({ type: 'progress', id, progress }))
    tell({ type: 'answer', id, answer: found })
  } catch (error) {
    tell({ type: 'refused', id, refusal: refusalOf(error) })
  }
}

function refusalOf(error: unknown) {
  if (error instanceof WorkbenchError) return asTrouble(error)
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {
    code: 'simulator-broken',
    sentence: `The simulator itself failed: ${what}.`,
    next: 'This is a defect of the workbench; npm run check may still judge the file.',
  }
}

addEventListener('message', ({ data }: MessageEvent<Asked | Forget | Welcome>) => {
  if ('base' in data) base = data.base
  else if ('forget' in data) forgotten.add(data.forget)
  else last = last.then(() => answer(data))
})

// Whoever listens can tell a long run from a loop that never yields.
real.setInterval(() => tell({ type: 'alive' }), ALIVE_EVERY_MS)
void handlers.then(() => tell({ type: 'ready' }))
