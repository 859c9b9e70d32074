/**
 * A process that executes plans: it loads a check and a compiled file, and reports every run over IPC.
 *
 * A process and not a thread, because native addons do not survive the end of a thread on every version of Node.
 */
import type { Check, SlotModule } from '#simulator/explore/check.ts'
import { explain } from '#simulator/explore/explain.ts'
import { type Measurement, measurePlan } from '#simulator/explore/measure.ts'
import { asTrouble, runPlan } from '#simulator/explore/run-plan.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { holdGlobals } from '#simulator/world/globals.ts'
import type { CompiledSlot } from './compile.ts'
import { createLoader } from './instantiate.ts'
import { type FromChild, type PackedReport, pack, type ToChild } from './messages.ts'
import { countRun } from './optimisation.ts'
import { withSourceLines } from './source-lines.ts'
import { startWatchdog } from './watchdog.ts'

const { pulse } = startWatchdog(Number(process.argv[2]))
let check: Check
let slot: CompiledSlot
let load: () => SlotModule

// Nobody reads what a service prints in thousands of runs, and formatting it would take longer than the runs.
for (const method of ['log', 'info', 'debug', 'warn', 'error', 'dir', 'table', 'trace'] as const) {
  console[method] = () => {}
}

// What a file leaves pending while it is loaded may fail between two runs, where it is nobody's business.
process.on('unhandledRejection', () => {})

function say(message: FromChild): void {
  process.send!(message)
}

async function answer(message: ToChild): Promise<FromChild> {
  switch (message.type) {
    case 'load': {
      const { default: found } = (await import(new URL(`${message.exercise}.js`, import.meta.url).href)) as {
        default: Check
      }
      check = found
      slot = message.slot
      load = await createLoader(message.slot, check, message.root)
      return {
        type: 'loaded',
        processes: [...check.scenario(load).services.map(({ name }) => name), 'shopper'],
      }
    }
    case 'run': {
      const reports: PackedReport[] = []
      await inBatch(message.plans, async (plan, index) => {
        pulse[3] = index
        reports.push(pack(await runPlan(check, load, plan, message.wantsSites, { pulse }), plan))
      })
      return { type: 'reports', reports }
    }
    case 'replay': {
      const release = holdGlobals()
      try {
        const report = await runPlan(check, load, message.plan, false, { pulse, unstruck: 'refuse' })
        return { type: 'reports', reports: [pack(report, message.plan)] }
      } finally {
        release()
      }
    }
    case 'time': {
      const microseconds: number[] = []
      await inBatch(message.plans, async plan => {
        const startedAt = performance.now()
        await runPlan(check, load, plan, false, { pulse })
        microseconds.push((performance.now() - startedAt) * 1000)
      })
      return { type: 'timed', microseconds }
    }
    case 'measure': {
      const measurements: Measurement[] = []
      const release = holdGlobals()
      try {
        for (const plan of message.plans) measurements.push(await measurePlan(check, load, plan, { pulse }))
      } finally {
        release()
      }
      return { type: 'measured', measurements }
    }
    case 'explain': {
      const explanation = await explain(check, load, message.request, { pulse })
      return { type: 'explained', explanation: withSourceLines(explanation, slot) }
    }
  }
}

/**
 * Executes thousands of runs that nobody watches. Their errors carry no stack: a failing request or statement costs ten times
 * as much with one, which is a tenth of the time of runs with faults, and only whoever explains a run reads it.
 */
async function inBatch(
  plans: readonly Plan[],
  execute: (plan: Plan, index: number) => Promise<void>,
): Promise<void> {
  const { stackTraceLimit } = Error
  const release = holdGlobals()
  try {
    for (const [index, plan] of plans.entries()) {
      Error.stackTraceLimit = 0
      countRun()
      try {
        await execute(plan, index)
      } catch {
        // A defect of ours; it comes again, and then says where.
        Error.stackTraceLimit = stackTraceLimit
        await execute(plan, index)
      }
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    release()
  }
}

async function work(message: ToChild): Promise<void> {
  pulse[0] = 0
  pulse[1] = -1
  pulse[2] = 1
  try {
    say(await answer(message))
  } catch (error) {
    if (error instanceof WorkbenchError) say({ type: 'refused', trouble: asTrouble(error) })
    else
      say({ type: 'broken', report: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  } finally {
    pulse[2] = 0
  }
}

process.on('message', (message: ToChild) => void work(message))
process.on('disconnect', () => process.exit())
say({ type: 'ready' })
