/**
 * Explains a failure: the plan in words, the run beside its passing twin, and where the two part.
 */
import { findFaultKind } from '#simulator/faults/catalogue.ts'
import type { Plan } from '#simulator/faults/plan.ts'
import { writeShortForm } from '#simulator/faults/short-form.ts'
import type { BrokenGuarantee } from '#simulator/scenario/judge.ts'
import type { SimulateOptions } from '#simulator/scenario/simulate.ts'
import { concerning } from '#simulator/trace/concern.ts'
import { buildLadder, type Ladder, type LadderRun, type Parting } from '#simulator/trace/ladder.ts'
import { known } from '#simulator/trace/records.ts'
import { formatMoment } from '#simulator/trace/render-ladder.ts'
import { sequenceDiagram } from '#simulator/trace/sequence-diagram.ts'
import type { Fault, TraceRecord } from '#simulator/world/runtime.ts'
import type { Check, SlotModule } from './check.ts'
import { type OwnError, ownErrors } from './own-errors.ts'
import type { Trouble } from './run-plan.ts'
import { sayPlan } from './say-plan.ts'
import { ordinal, readSite } from './say-site.ts'
import { findTwin, type TwinRun } from './twin.ts'
import { inOrderOfStrike, type WatchedRun, watchRun } from './watch.ts'

export interface ExplanationRequest {
  readonly plan: Plan
  /** The broken guarantee the explanation is about. */
  readonly guarantee: string
}

/** Plain data, the same for the same request. */
export interface Explanation {
  readonly guarantee: string
  readonly promise: string
  readonly plan: Plan
  /** The faults as the command line takes them, in the plan's order. */
  readonly shortForms: readonly string[]
  /** The plan in words, the fault that struck first first. */
  readonly planSentence: string
  /** How the guarantee is broken, with numbers. Empty when the run cannot be repeated (see `trouble`). */
  readonly happened: readonly BrokenGuarantee[]
  /** What else the run breaks. */
  readonly alsoBroken: readonly BrokenGuarantee[]
  /** What kept the run from being judged. */
  readonly trouble?: Trouble
  /** Missing when nothing is to be left out: the guarantee is broken without any fault. */
  readonly twin?: Twin
  readonly firstDifference?: FirstDifference
  readonly ladder: Ladder
  /** The failing run as a Mermaid sequence diagram, as far as it concerns what the violations are about. */
  readonly mermaid: string
  /** What the program itself threw, no fault asking it to; at most three. */
  readonly errors: readonly OwnError[]
  /** Something else worth knowing: a service that was given up, a twin with failures of its own. */
  readonly note?: string
}

/** The same plan minus a fault. */
export interface Twin {
  readonly plan: Plan
  readonly shortForms: readonly string[]
  readonly planSentence: string
  /** What it lacks, as a sentence. */
  readonly without: string
  /** True when every guarantee holds. */
  readonly holds: boolean
  /** The names of those that do not. */
  readonly broken: readonly string[]
}

export interface FirstDifference {
  /** Virtual milliseconds since the start of the run. */
  readonly t: number
  readonly sentence: string
}

export async function explain(
  check: Check,
  load: () => SlotModule,
  { plan, guarantee }: ExplanationRequest,
  options: SimulateOptions = {},
): Promise<Explanation> {
  const watch = (watched: Plan) => watchRun(check, load, watched, options)
  const run = await watch(plan)
  const faults = inOrderOfStrike(plan.faults, run.records)
  const found = await findTwin(plan, faults, guarantee, watch)
  const happened = run.violations.filter(violation => violation.guarantee === guarantee)
  const promise =
    happened[0]?.promise ??
    check.scenario(load).guarantees.find(({ name }) => name === guarantee)?.promise ??
    'The run comes to an end, and what it leaves behind can be judged.'
  const subjects = [...new Set(happened.flatMap(violation => violation.subjects ?? []))]
  const isBroken = happened.length > 0 || run.trouble !== undefined
  // A violation that names nothing may be about anything.
  const labels = subjects.length > 0 || !isBroken ? faults.flatMap(labelOf) : []
  const left: LadderRun = {
    records: run.records,
    title: titleOf(faults),
    holds: !isBroken,
    result: happened[0]?.message ?? run.trouble?.sentence ?? promise,
  }
  const right: LadderRun | undefined =
    found === undefined
      ? undefined
      : { records: found.run.records, title: titleWithout(found, faults), holds: true, result: promise }
  const ladder = buildLadder(left, right, { subjects, labels })
  const note = noteOf(run, found)
  return {
    guarantee,
    promise,
    plan,
    shortForms: plan.faults.map(writeShortForm),
    planSentence: sayPlan({ faults }),
    happened,
    alsoBroken: run.violations.filter(violation => violation.guarantee !== guarantee),
    ...(run.trouble === undefined ? {} : { trouble: run.trouble }),
    ...(found === undefined ? {} : { twin: describeTwin(found) }),
    ...(ladder.parting === undefined ? {} : { firstDifference: sayParting(ladder.parting) }),
    ladder,
    mermaid: mermaidOf(run.records, subjects),
    errors: ownErrors(run.records),
    ...(note === undefined ? {} : { note }),
  }
}

function describeTwin({ plan, without, run }: TwinRun): Twin {
  return {
    plan,
    shortForms: plan.faults.map(writeShortForm),
    planSentence: sayPlan(plan),
    without: sayPlan({ faults: without }),
    holds: run.violations.length === 0,
    broken: [...new Set(run.violations.map(violation => violation.guarantee))],
  }
}

function sayParting({ left, right }: Parting): FirstDifference {
  if (left === undefined) {
    return {
      t: right!.t,
      sentence: `After that nothing more happens; without the fault, ${right!.clause} at ${formatMoment(right!.t)}.`,
    }
  }
  const at = formatMoment(left.t)
  if (right === undefined) {
    return { t: left.t, sentence: `At ${at} ${left.clause}; without the fault, nothing happens any more.` }
  }
  const sentence = isAgain(left.clause, right.clause)
    ? `At ${at} ${left.clause}; without the fault, the next message follows.`
    : left.clause === right.clause
      ? `At ${at} ${left.clause}; without the fault, it does so at ${formatMoment(right.t)}.`
      : `At ${at} ${left.clause}; without the fault, ${right.clause}${left.t === right.t ? '' : ` at ${formatMoment(right.t)}`}.`
  return { t: left.t, sentence }
}

/** Two messages may be called the same: "gets GoodsReceived of chai" beside "gets GoodsReceived of chai again". */
function isAgain(clause: string, other: string): boolean {
  return clause === `${other} again`
}

/** The message a fault strikes at, which is to be seen even if the violation is about another one. */
function labelOf({ at }: Fault): string[] {
  if (at === undefined) return []
  const { subject } = readSite(at)
  return subject.includes('/') && !subject.includes('@') ? [subject] : []
}

function titleOf(faults: readonly Fault[]): string {
  if (faults.length === 0) return 'without any fault'
  if (faults.length === 1) return `with the fault: ${nameOf(faults[0]!)}`
  return `with ${faults.length === 2 ? 'both' : `all ${faults.length}`} faults: ${faults.map(nameOf).join(', ')}`
}

function titleWithout({ without }: TwinRun, faults: readonly Fault[]): string {
  if (faults.length === 1) return 'without it'
  if (without.length === faults.length) return 'without any of them'
  const name = nameOf(without[0]!)
  const alike = faults.filter(fault => nameOf(fault) === name)
  const nth =
    alike.length === 1
      ? ''
      : `${alike[0] === without[0] ? 'first' : ordinal(alike.indexOf(without[0]!) + 1)} `
  return `without the ${nth}${name}`
}

function nameOf({ kind }: Fault): string {
  return findFaultKind(kind)?.title.replace(/ at a site$| \(.*\)$/, '') ?? kind
}

/** Of the first thing the violations are about; of the whole run when they name nothing. */
function mermaidOf(records: readonly TraceRecord[], [subject]: readonly string[]): string {
  if (subject === undefined) return sequenceDiagram(records)
  const { initial, apply } = concerning(subject)
  const concern = initial()
  for (const record of records) apply(concern, record)
  return sequenceDiagram(concern.records(), { subject })
}

function noteOf({ records }: WatchedRun, twin: TwinRun | undefined): string | undefined {
  const notes: string[] = []
  for (const record of records.map(known)) {
    if (record.kind !== 'process.gave-up') continue
    notes.push(
      `${record.process} failed so often in a row that it was not started any more: ${record.reason}. What came after that went unhandled.`,
    )
    break
  }
  const broken = [...new Set(twin?.run.violations.map(({ guarantee }) => guarantee))]
  if (broken.length > 0) {
    notes.push(`The run without the fault is not faultless either: it breaks ${broken.join(' and ')}.`)
  }
  return notes.length === 0 ? undefined : notes.join(' ')
}
