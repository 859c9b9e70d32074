/**
 * A plan is data: a seed and a list of faults. This is the door where plans from files, links and the command line are checked.
 */
import { z } from 'zod'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { CATALOGUE, findFaultKind } from './catalogue.ts'
import type { FaultForms } from './fault-kind.ts'
import { nearest } from './nearest.ts'
import { readShortForm } from './short-form.ts'

export interface Plan {
  /** For latencies and every other chance in the run. */
  readonly seed: number
  readonly faults: readonly Fault[]
}

/** What a plan may name, as the scenario says. */
export interface PlanTargets {
  readonly services: readonly string[]
  readonly parties: readonly string[]
  readonly topics: readonly string[]
}

export const seedSchema = z
  .number({ error: 'should be a whole number from 0 to 4294967295' })
  .int('should be a whole number from 0 to 4294967295')
  .min(0, 'should be a whole number from 0 to 4294967295')
  .max(4294967295, 'should be a whole number from 0 to 4294967295')

const planFile = z.strictObject(
  {
    seed: seedSchema.default(1),
    faults: z.array(
      z.union([z.string(), z.record(z.string(), z.unknown())], {
        error: 'should be a fault: an object or its short form',
      }),
      {
        error: 'should be a list of faults',
      },
    ),
  },
  {
    error: issue =>
      issue.code === 'invalid_type' ? 'should be an object like { "seed": 7, "faults": [] }' : undefined,
  },
)

/**
 * Reads a plan from parsed JSON: `{ seed, faults }` with faults as objects or in short form.
 * @param place what to call it in an error: a file name, `--fault`
 * @throws WorkbenchError `bad-plan` with the place of the first problem and the nearest valid names
 */
export function parsePlan(value: unknown, place: string, targets: PlanTargets): Plan {
  const result = planFile.safeParse(value)
  if (!result.success) throw badPlan(place, telling(result.error.issues), PLAN_KEYS)
  const faults = result.data.faults.map((entry, index) =>
    parseFault(entry, `${place}, fault ${index + 1}`, targets),
  )
  return { seed: result.data.seed, faults }
}

const PLAN_KEYS = ['seed', 'faults']

/**
 * Reads one fault, as fields or in short form.
 * @param targets undefined where the scenario is not known yet; what the fault names is then not looked at
 * @throws WorkbenchError `bad-plan` or `bad-fault`
 */
export function parseFault(value: unknown, place: string, targets: PlanTargets | undefined): Fault {
  const fields = typeof value === 'string' ? readShortForm(value) : (value as Record<string, unknown>)
  const { kind, ...parameters } = fields
  const entry = findFaultKind(String(kind))
  if (entry === undefined) {
    const kinds = CATALOGUE.map(known => known.kind)
    throw new WorkbenchError(
      'bad-plan',
      `${place}: there is no fault "${kind}".`,
      `Did you mean ${nearest(String(kind), kinds).join(' or ')}? All kinds: ${kinds.join(', ')}.`,
    )
  }
  const schema = pickForm(entry.forms, parameters)
  if (schema === undefined) {
    throw new WorkbenchError(
      'bad-plan',
      `${place}: ${entry.kind} cannot be planned ${'at' in parameters ? 'at a site' : 'rate' in parameters ? 'with a rate' : 'over a window'}.`,
      `Write it like ${entry.examples.join(' or ')}.`,
    )
  }
  const result = schema.safeParse(parameters)
  if (!result.success) throw badPlan(`${place} (${entry.kind})`, telling(result.error.issues), keysOf(schema))
  const fault = { kind: entry.kind, ...(result.data as object) } as Fault
  if (fault.service !== undefined && targets !== undefined)
    checkTarget(fault.kind, fault.service, place, targets)
  return fault
}

function pickForm(forms: FaultForms, parameters: object): z.ZodType | undefined {
  if ('at' in parameters) return forms.site
  if ('rate' in parameters) return forms.rate
  return forms.window
}

const TOPIC_FAULTS = new Set(['retention'])
const PARTY_FAULTS = new Set(['down', 'slow', 'failing', 'timeout-after', 'disconnected'])
const PARTY_ONLY = new Set(['timeout-after'])

function checkTarget(kind: string, target: string, place: string, targets: PlanTargets): void {
  if (kind === 'broker-down') return
  const valid = TOPIC_FAULTS.has(kind)
    ? targets.topics
    : PARTY_ONLY.has(kind)
      ? [...targets.parties, ...targets.services]
      : PARTY_FAULTS.has(kind)
        ? [...targets.services, ...targets.parties]
        : targets.services
  if (valid.includes(target)) return
  const what = TOPIC_FAULTS.has(kind)
    ? 'topic'
    : PARTY_FAULTS.has(kind)
      ? 'service or outside party'
      : 'service'
  throw new WorkbenchError(
    'bad-plan',
    `${place}: there is no ${what} "${target}" for ${kind} to strike.`,
    `Did you mean ${nearest(target, valid).join(' or ')}? There are ${valid.join(', ')}.`,
  )
}

/** A field that does not exist says more than the one that is missing because of it. */
function telling(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
}

function badPlan(place: string, issue: z.core.$ZodIssue, validKeys: readonly string[]): WorkbenchError {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    return new WorkbenchError(
      'bad-plan',
      `${place}: there is no field "${key}" here.`,
      `Did you mean ${nearest(key, validKeys).join(' or ')}? Valid are ${validKeys.join(', ')}.`,
    )
  }
  const path =
    issue.path.length === 0
      ? ''
      : ` ${issue.path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`)).join('')}`
  return new WorkbenchError(
    'bad-plan',
    `${place}:${path} ${issue.message}.`,
    'Correct it and run the command again.',
  )
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}
