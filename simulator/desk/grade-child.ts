/**
 * The process that judges one answer out of a student's clone, for whoever watches its time and its memory: it compiles the
 * answer, says what it is made of, and once told to has it run in a process of its own.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Check } from '#simulator/explore/check.ts'
import { judge, type Verdict } from '#simulator/explore/judge.ts'
import { diagnose, signatureOf } from '#simulator/explore/signature.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { CompiledSlot } from './compile.ts'
import { hashOf } from './content.ts'
import { mistakeOf } from './exercise.ts'
import { compileFromClone } from './grade-compile.ts'
import { confinementFlags } from './grade-confinement.ts'
import type { FromJudge, Judgement, ToJudge } from './grade-judgement.ts'
import { openPool } from './pool.ts'
import { knownSignatures } from './signatures.ts'

type Order = ToJudge & { readonly type: 'compile' }

/** Generous: as many answers are judged at once as there are cores. */
const HARD_LIMIT_MS = 5_000
/** An error message of a student's may be of any length. */
const MAX_SENTENCE = 600

let order: Order | undefined
let slot: CompiledSlot | undefined

async function answer(message: ToJudge): Promise<FromJudge> {
  try {
    if (message.type === 'compile') {
      order = message
      slot = await compileFromClone(message.file, message)
      return { type: 'compiled', content: hashOf(slot) }
    }
    return { type: 'judged', judgement: await judgeSlot(order!, slot!) }
  } catch (error) {
    if (error instanceof WorkbenchError) return { type: 'judged', judgement: refused(error) }
    const report = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (message.type === 'judge') return { type: 'defect', report }
    // Brackets, half a million deep, are more than the compiler survives.
    const sentence = `${message.file} is more than the compiler can take: ${report.split('\n')[0]}`
    return { type: 'judged', judgement: { kind: 'refused', code: 'broken-file', sentence: clip(sentence) } }
  }
}

async function judgeSlot({ exercise, ours }: Order, compiled: CompiledSlot): Promise<Judgement> {
  const { default: check } = (await import(new URL(`${exercise}.js`, import.meta.url).href)) as {
    default: Check
  }
  const pool = openPool(1, HARD_LIMIT_MS, {
    program: Promise.resolve(fileURLToPath(new URL('grade-seat.js', import.meta.url))),
    root: ours,
    flags: confinementFlags(ours),
  })
  try {
    const verdict = await judge(check, await pool.load(exercise, compiled))
    if (verdict.holds) return { kind: 'holds' }
    const [first] = verdict.counterexamples
    if (first!.trouble === undefined) return await nameOf(verdict, check, join(ours, 'exercises', exercise))
    const { code, sentence } = first!.trouble
    if (pool.hasRunOutOfMemory()) return { kind: 'out-of-memory', sentence: clip(sentence) }
    return { kind: 'trouble', code, sentence: clip(sentence) }
  } catch (error) {
    if (error instanceof WorkbenchError && pool.hasRunOutOfMemory())
      return { kind: 'out-of-memory', sentence: clip(error.message) }
    throw error
  } finally {
    pool.close()
  }
}

async function nameOf(
  { counterexamples, survey }: Verdict,
  check: Check,
  folder: string,
): Promise<Judgement> {
  const { guarantee, violations } = counterexamples[0]!
  const broken = violations.find(violation => violation.guarantee === guarantee)
  const what = { guarantee, outcome: broken?.outcome ?? 'broken', sentence: clip(broken?.message ?? '') }
  const diagnosis = diagnose(signatureOf(check, survey), await knownSignatures({ folder }), mistakeOf)
  if (diagnosis.kind === 'known') return { kind: 'mistake', mistakes: diagnosis.mistakes, ...what }
  return { kind: 'broken', nearest: diagnosis.nearest, ...what }
}

function refused({ code, message }: WorkbenchError): Judgement {
  // The workbench could not go on: most often a file that changes the language under its feet.
  return { kind: code === 'simulator-broken' ? 'trouble' : 'refused', code, sentence: clip(message) }
}

function clip(text: string): string {
  return text.length <= MAX_SENTENCE ? text : `${text.slice(0, MAX_SENTENCE - 1)}…`
}

process.on('message', (message: ToJudge) => {
  void answer(message).then(words => process.send!(words))
})
// Nobody is left to end what was started here; being a leader of its group, this process does.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
