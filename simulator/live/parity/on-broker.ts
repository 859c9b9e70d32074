/**
 * The other side of a comparison: the same files on a real broker, its phases as processes that are started and stopped.
 */
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { createShopper } from '#simulator/shop/shopper.ts'
import { SUMMARY_FOLDS } from '#simulator/shop/summary.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Crew } from '../field/crew.ts'
import { type Field, runInField } from '../field/field-run.ts'
import type { Place } from '../field/place.ts'
import { instancesOf } from '../instance.ts'
import { perform } from './acts.ts'
import type { Flow } from './compare.ts'
import type { Guidance, Side, Task } from './parity.ts'
import { type Conductor, GATED, PHASES, type Phase, runPhases } from './phases.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

/** Far beyond what it takes; when it has passed, something is stuck. */
const PATIENCE_MS = 300_000
/** Whatever is on its way is unread or unsent until it is committed; this is for good measure. */
const QUIET_MS = 1_000

/** Empties the topics first. @throws WorkbenchError `no-rest` when a phase does not come to its end */
export async function runOnBroker(
  flow: Flow,
  { data, acts, seed }: Task,
  { cluster, address }: Pick<Place, 'cluster' | 'address'>,
  { onPhase = () => {}, signal }: Guidance = {},
): Promise<Side> {
  const shop = createShop({ data })
  const perPhase = (field: Field) =>
    runPhases(conduct(field, onPhase), async ({ name }) => {
      const shopper = createShopper(shop.notes)
      for (const act of acts[name] ?? []) await perform(shopper, shop.notes, act)
    })
  const scenario: Scenario = flow === 'phased' ? { ...shop, workload: async () => {} } : shop
  let snapshot: Snapshot | undefined
  const startedAt = performance.now()
  const run = await runInField({
    scenario,
    reference: { kind: 'shop' },
    cluster,
    broker: address,
    work: 'solutions',
    seed,
    muster: crew => startAll(crew, scenario, flow === 'phased' ? PHASES[0]!.down : []),
    ...(flow === 'phased' && { trouble: perPhase }),
    patienceMs: PATIENCE_MS,
    quietMs: QUIET_MS,
    folds: SUMMARY_FOLDS,
    onPhase,
    ...(signal !== undefined && { signal }),
    inspect(evidence) {
      snapshot = takeSnapshot(evidence, shop.notes)
    },
  })
  if (!run.cameToRest) throw neverAtRest('the flow')
  return {
    title: 'the broker',
    snapshot: snapshot!,
    violations: run.violations,
    tookMs: performance.now() - startedAt,
  }
}

/** Those that come and go are processes of their own, in the natural flow too: it is to differ in nothing else. */
async function startAll(crew: Crew, scenario: Scenario, except: readonly string[]): Promise<void> {
  const others = instancesOf(scenario).flatMap(({ name }) => (GATED.includes(name) ? [] : [name]))
  const gated = GATED.filter(name => !except.includes(name))
  await Promise.all([others, ...gated.map(name => [name])].map(names => crew.start(names)))
}

function conduct({ crew, rest }: Field, onPhase: (phase: string) => void): Conductor {
  return {
    async begin(phase, before) {
      onPhase(phase.name)
      if (before === undefined) return
      const isDown = (name: string, { down }: Phase) => down.includes(name)
      for (const name of GATED) {
        if (isDown(name, phase) && !isDown(name, before)) await crew.stop(name)
        else if (!isDown(name, phase) && isDown(name, before)) await crew.start([name])
      }
    },
    async rest({ name }) {
      if (!(await rest())) throw neverAtRest(`the phase "${name}"`)
    },
  }
}

function neverAtRest(what: string): WorkbenchError {
  return new WorkbenchError(
    'no-rest',
    `After ${PATIENCE_MS / 1000} s ${what} had not come to rest on the broker: something is unread or unsent.`,
    'Look whether the broker answers: npm run broker -- --status.',
  )
}
