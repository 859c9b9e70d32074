/**
 * One run of the shop with its summary, and its trace and diagram written to files if asked.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { nearest } from '#simulator/faults/nearest.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { READ_MODELS } from '#simulator/shop/read-models.ts'
import { createShop, type Shop } from '#simulator/shop/shop.ts'
import { type Signs, signs } from '#simulator/shop/signs.ts'
import { type ShopSummary, SUMMARY_FOLDS, summarize } from '#simulator/shop/summary.ts'
import { concerning } from '#simulator/trace/concern.ts'
import { fold } from '#simulator/trace/fold.ts'
import { ndjsonLine } from '#simulator/trace/hash.ts'
import { sequenceDiagram } from '#simulator/trace/sequence-diagram.ts'
import { createStory, formatStory, tell } from '#simulator/trace/story.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { real } from '#simulator/world/globals.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { readNorthwind } from './northwind.ts'
import type { SimProgress, SimResult, SimTask } from './tasks.ts'

const LINES_PER_WRITE = 2000
const PROGRESS_EVERY_MS = 200

/** @throws WorkbenchError for data, plans and files that cannot be used */
export async function runShop(
  task: SimTask,
  pulse: Int32Array | undefined,
  onProgress: (progress: SimProgress) => void,
): Promise<SimResult> {
  const { spec } = task
  const data = spec.data === undefined ? undefined : readNorthwind(spec.data)
  const shop = createShop(data === undefined ? { orders: spec.orders } : { data })
  const file = task.trace === undefined ? undefined : createLineFile(task.trace)
  const trace: TraceRecord[] | undefined = task.diagram === undefined ? undefined : []
  const story = task.story === undefined ? undefined : createStory(task.story)
  let storyText: string | undefined
  let summary: ShopSummary | undefined
  let seen: Signs | undefined
  let progressAt = real.Date.now() + PROGRESS_EVERY_MS
  let count = 0
  const startedAt = performance.now()

  try {
    const run = await simulate(shop, spec.plan, {
      folds: [
        ...SUMMARY_FOLDS,
        ...(story === undefined ? [] : [story]),
        ...(task.signs === true ? [signs] : []),
      ],
      observeEveryMs: task.observeEveryMs,
      ...(task.maxVirtualMs === undefined ? {} : { maxVirtualMs: task.maxVirtualMs }),
      ...(task.maxSteps === undefined ? {} : { maxSteps: task.maxSteps }),
      ...(pulse === undefined ? {} : { pulse }),
      ...(task.unstruck === undefined ? {} : { unstruck: task.unstruck }),
      onRecord(record) {
        file?.write(record)
        trace?.push(record)
        if ((++count & 1023) !== 0 || real.Date.now() < progressAt) return
        progressAt = real.Date.now() + PROGRESS_EVERY_MS
        onProgress({ steps: count, virtualMs: record.t, orders: shop.notes.accepted.size })
      },
      inspect(evidence) {
        summary = summarize(evidence, shop.notes)
        if (task.signs === true) seen = evidence.fold(signs)
        if (task.readModels !== undefined) {
          const models = READ_MODELS.map(({ name, database, read }) => [
            name,
            Object.fromEntries(read(evidence.database(database))),
          ])
          writeOut(task.readModels, JSON.stringify(Object.fromEntries(models), null, 2))
        }
        if (story !== undefined) storyText = formatStory(tell(evidence.fold(story)))
      },
    })
    const realMs = performance.now() - startedAt
    if (task.story !== undefined && !shop.notes.accepted.has(task.story)) throw unknownOrder(task.story, shop)
    if (trace !== undefined) {
      const subject =
        task.subject ?? run.violations[0]?.subjects?.[0] ?? [...shop.notes.accepted.keys()][0] ?? ''
      if (task.subject !== undefined && !shop.notes.accepted.has(task.subject))
        throw unknownOrder(task.subject, shop)
      writeOut(task.diagram!, sequenceDiagram(fold(concerning(subject), trace).records(), { subject }))
    }
    // Functions cannot be sent to another process.
    const { trouble, sites: _, ...rest } = run
    return {
      ...rest,
      trouble: trouble && { code: trouble.code, sentence: trouble.message, next: trouble.next },
      realMs,
      guarantees: shop.guarantees.length,
      ...(storyText === undefined ? {} : { story: storyText }),
      ...(seen === undefined ? {} : { signs: seen }),
      summary,
    }
  } finally {
    file?.close()
  }
}

function unknownOrder(subject: string, { notes }: Shop): WorkbenchError {
  return new WorkbenchError(
    'unknown-order',
    `There is no order ${subject} in this run.`,
    `The nearest: ${nearest(subject, [...notes.accepted.keys()]).join(', ') || 'none was accepted'}.`,
  )
}

function createLineFile(path: string): { write(record: TraceRecord): void; close(): void } {
  const descriptor = attempt(path, () => openSync(path, 'w'))
  let lines = ''
  let pending = 0
  const flush = () => {
    if (lines !== '') attempt(path, () => writeSync(descriptor, lines))
    lines = ''
    pending = 0
  }
  return {
    write(record) {
      lines += ndjsonLine(record)
      if (++pending >= LINES_PER_WRITE) flush()
    },
    close() {
      flush()
      closeSync(descriptor)
    },
  }
}

function writeOut(path: string, text: string): void {
  attempt(path, () => writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`))
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw new WorkbenchError(
      'cannot-write',
      `${path} cannot be written: ${error instanceof Error ? error.message.split(',')[0] : error}.`,
      'Choose a file in a folder that exists and is yours.',
    )
  }
}
