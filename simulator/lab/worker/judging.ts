/**
 * Verdicts and explanations, from the same pure functions as on the command line.
 */
import type { Mistake } from '#simulator/explore/check.ts'
import { executeHere } from '#simulator/explore/executor.ts'
import { type Explanation, explain } from '#simulator/explore/explain.ts'
import { judge, type Progress } from '#simulator/explore/judge.ts'
import { asTrouble } from '#simulator/explore/run-plan.ts'
import { diagnose, signatureOf } from '#simulator/explore/signature.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { held } from './held.ts'
import type { Calls, Judgement } from './protocol.ts'
import { loadExercise } from './scenarios.ts'
import { loadSlot } from './slot-modules.ts'
import { withSourcePlaces } from './source-places.ts'

const SIGNATURES = import.meta.glob<Record<string, string[]>>(
  '../../../exercises/*/mistakes/signatures.json',
  {
    import: 'default',
  },
)

export async function judgeAnswer(
  base: string,
  { exercise, answer, ...options }: Calls['judge']['request'],
  onProgress: (progress: Progress) => void,
): Promise<Judgement> {
  const startedAt = performance.now()
  const about = { exercise, answer }
  try {
    const { check, slot, load } = await loadExercise(base, exercise, answer)
    const verdict = await held(() => judge(check, executeHere(check, load), { ...options, onProgress }))
    const explanations: Explanation[] = []
    for (const { plan, guarantee } of verdict.counterexamples) {
      explanations.push(withSourcePlaces(await explain(check, load, { plan, guarantee }), slot))
    }
    const judged = { ...about, file: slot.file, content: slot.content, verdict, explanations }
    if (verdict.holds) return { ...judged, holds: true, realMs: performance.now() - startedAt }
    const known = await SIGNATURES[`../../../exercises/${exercise}/mistakes/signatures.json`]?.()
    const signatures = Object.entries(known ?? {}).map(([name, signature]) => ({ answer: name, signature }))
    const diagnosis = diagnose(signatureOf(check, verdict.survey), signatures, mistakeOf)
    const mistake =
      diagnosis.kind === 'known' ? await describeMistake(base, exercise, diagnosis.mistakes[0]!) : undefined
    return {
      ...judged,
      holds: false,
      diagnosis: { ...diagnosis, ...(mistake === undefined ? {} : { mistake }) },
      realMs: performance.now() - startedAt,
    }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    const refused = asTrouble(error)
    return {
      ...about,
      file: '',
      holds: false,
      refused,
      explanations: [],
      realMs: performance.now() - startedAt,
    }
  }
}

/** The failing run of an exercise beside its passing twin. */
export async function explainRun(
  base: string,
  { scenario, plan, guarantee }: Calls['explain']['request'],
): Promise<Explanation> {
  if (scenario.kind !== 'exercise')
    throw new WorkbenchError('bad-plan', 'Only a run of an exercise has a twin.', 'Open one from Learn.')
  const { check, slot, load } = await loadExercise(base, scenario.exercise, scenario.answer)
  return withSourcePlaces(await explain(check, load, { plan, guarantee }), slot)
}

/** A file `no-dedupe~batch` is another way to make the mistake `no-dedupe`. */
function mistakeOf(answer: string): string {
  return answer.split('~')[0]!
}

async function describeMistake(base: string, exercise: string, name: string): Promise<Mistake> {
  const slot = await loadSlot(base, exercise, name)
  return slot.instantiate().mistake as Mistake
}
