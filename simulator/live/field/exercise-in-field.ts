/**
 * An exercise's answer on a real broker: the same file, the same guarantees, under the failure modes that can be shown there.
 */
import type { Answer, Exercise } from '#simulator/desk/exercise.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { parseClientFaults } from '../client-faults.ts'
import { type Aims, type FieldMode, fieldModes, victimsOf } from './field-modes.ts'
import { type FieldResult, type FieldRunOptions, runInField } from './field-run.ts'
import type { Place } from './place.ts'
import { loadScenario, type ScenarioReference } from './scenario-reference.ts'

export interface ExerciseInField {
  readonly modes: readonly FieldMode[]
  run(mode: FieldMode, options?: Pick<FieldRunOptions, 'signal' | 'onPhase'>): Promise<FieldResult>
}

/** Exercises' workloads are over at once. */
const MIDWAY_MS = 50
const LATE_MS = 4_000
const PATIENCE_MS = 60_000

/**
 * Finds out in a simulated run which messages the service handles, so that a fault can be aimed at one.
 * @throws WorkbenchError `nothing-to-run` when the exercise has no service that reads messages
 */
export async function prepareExercise(
  exercise: Exercise,
  answer: Answer,
  { cluster, address: broker, own }: Pick<Place, 'cluster' | 'address' | 'own'>,
): Promise<ExerciseInField> {
  const reference: ScenarioReference = { kind: 'exercise', exercise: exercise.name, answer: answer.file }
  const scenario = await loadScenario(reference)
  const run = await simulate(scenario, { seed: 1, faults: [] }, { hash: false })
  const deliveries = run.sites().flatMap(({ base }) => {
    const [, service, message] = /^([^/]+)\/deliver (.+)$/.exec(base) ?? []
    return service === undefined || message === undefined ? [] : [{ service, message }]
  })
  const [first] = deliveries
  const last = deliveries.at(-1)
  if (first === undefined || last === undefined) {
    throw new WorkbenchError(
      'nothing-to-run',
      `Exercise ${exercise.number} has no consumer, so a broker has nothing to say about it.`,
      `npm run check ${exercise.number} judges it.`,
    )
  }
  const aims: Aims = {
    down: first.service,
    slow: first.service,
    failing: last,
    crashing: last,
    rewound: [first.service],
    midwayMs: MIDWAY_MS,
    lateMs: LATE_MS,
  }
  const targets = {
    services: scenario.services.map(({ name }) => name),
    parties: Object.keys(scenario.parties),
    topics: scenario.topics.map(({ topic }) => topic),
  }
  const victims = victimsOf(aims)
  const others = [...targets.parties, ...targets.services].filter(name => !victims.includes(name))
  return {
    modes: fieldModes(aims, own),
    run: (mode, options = {}) =>
      runInField({
        ...options,
        scenario,
        reference,
        cluster,
        broker,
        work: 'solutions',
        patienceMs: PATIENCE_MS,
        muster: async crew => {
          const faultsOf = (name: string) => parseClientFaults([...(mode.faults?.[name] ?? [])], targets)
          await Promise.all([
            ...(others.length === 0 ? [] : [crew.start(others)]),
            ...victims.map(name => crew.start([name], faultsOf(name))),
          ])
        },
        ...(mode.trouble !== undefined && { trouble: mode.trouble }),
      }),
  }
}
