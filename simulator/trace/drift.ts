/**
 * Drift over time: how many rows of a read model are not what the log says they should be.
 *
 * Every projection drifts for the moment it takes to follow the log. What matters is whether the rows come right
 * again, and which never do.
 */
import type { TraceRecord } from '#simulator/world/runtime.ts'
import type { Fold } from './fold.ts'
import { known, type RecordOf } from './records.ts'

/** What a read model should be, as a fold of the log. */
export interface ExpectedModel {
  /** As in the `observe` records. */
  readonly model: string
  readonly log: Fold<unknown>
  /** The rows that the log calls for, by key; asked again whenever the log has grown. */
  expected(state: unknown): ReadonlyMap<string, unknown>
}

/** From `t` on, `rows` rows were wrong. */
export interface DriftStep {
  readonly t: number
  readonly rows: number
}

export interface ModelDrift {
  readonly model: string
  /** In order of time; the first one is the first sample, every other one a change. */
  readonly steps: readonly DriftStep[]
  readonly worstRows: number
  readonly worstAt: number
  /** When the first row was wrong. */
  readonly firstWrongAt: number | undefined
  /** Since when no row has been wrong any more; undefined while some are, and when none ever was. */
  readonly rightAgainAt: number | undefined
  /** Total time with wrong rows, up to the last record. */
  readonly wrongMs: number
  /** The keys of the rows that are wrong now. Known only for models with an ExpectedModel. */
  readonly wrongKeys: readonly string[]
}

export interface DriftState {
  /** Ask at the end, or whenever a picture is wanted. */
  models(): ReadonlyMap<string, ModelDrift>
}

/**
 * @param expectations for exact drift, judged at every change of log or rows. A model without one has the drift that
 * its samples say: at the moments of the samples, and nothing in between.
 */
export function createDrift(expectations: readonly ExpectedModel[] = []): Fold<DriftState> {
  return {
    name: 'drift',
    initial: () => new Drift(expectations),
    apply(state, record) {
      ;(state as Drift).apply(record)
      return state
    },
  }
}

/** The drift that the samples of a run's read models say. */
export const drift: Fold<DriftState> = createDrift()

class Drift implements DriftState {
  #t = 0
  readonly #compared: Comparison[]
  readonly #series = new Map<string, Series>()

  constructor(expectations: readonly ExpectedModel[]) {
    this.#compared = expectations.map(expectation => new Comparison(expectation))
  }

  apply(traceRecord: TraceRecord): void {
    const record = known(traceRecord)
    // Judged when a moment is over: what happens within one is not to be seen from outside.
    if (record.t !== this.#t) this.#judge()
    this.#t = record.t
    for (const comparison of this.#compared) comparison.apply(traceRecord)
    if (record.kind !== 'observe') return
    if (this.#compared.every(({ expectation }) => expectation.model !== record.model))
      this.#seriesOf(record.model).step(record.t, record.drift)
  }

  models(): ReadonlyMap<string, ModelDrift> {
    this.#judge()
    const models = new Map<string, ModelDrift>()
    for (const [model, series] of this.#series) {
      const wrong = this.#compared.find(({ expectation }) => expectation.model === model)?.wrongKeys
      models.set(model, series.summary(model, this.#t, wrong ?? []))
    }
    return models
  }

  #judge(): void {
    for (const comparison of this.#compared)
      if (comparison.judge())
        this.#seriesOf(comparison.expectation.model).step(this.#t, comparison.wrongKeys.length)
  }

  #seriesOf(model: string): Series {
    let series = this.#series.get(model)
    if (series === undefined) {
      series = new Series()
      this.#series.set(model, series)
    }
    return series
  }
}

/** The rows of a model beside the rows its log calls for. */
class Comparison {
  wrongKeys: string[] = []
  readonly #rows = new Map<string, string>()
  #log: unknown
  #changed = false

  constructor(readonly expectation: ExpectedModel) {
    this.#log = expectation.log.initial()
  }

  apply(record: TraceRecord): void {
    this.#log = this.expectation.log.apply(this.#log, record)
    if (LOG_KINDS.has(record.kind)) this.#changed = true
    if (record.kind === 'observe') this.#observe(known(record) as RecordOf<'observe'>)
  }

  #observe({ model, rows, removed }: RecordOf<'observe'>): void {
    if (model !== this.expectation.model) return
    this.#changed = true
    for (const [key, row] of Object.entries(rows)) this.#rows.set(key, canonical(row))
    for (const key of removed) this.#rows.delete(key)
  }

  /** Compares, unless nothing has changed; says whether it did. */
  judge(): boolean {
    if (!this.#changed) return false
    this.#changed = false
    const expected = this.expectation.expected(this.#log)
    this.wrongKeys = []
    for (const [key, row] of expected) if (this.#rows.get(key) !== canonical(row)) this.wrongKeys.push(key)
    for (const key of this.#rows.keys()) if (!expected.has(key)) this.wrongKeys.push(key)
    return true
  }
}

/** The records that are "the log": nothing else may change what a read model should be. */
const LOG_KINDS: ReadonlySet<string> = new Set(['kafka.append', 'store.append', 'store.visible'])

/** Rows are equal when they are so as JSON; the order of their fields says nothing. */
function canonical(row: unknown): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

class Series {
  readonly #steps: DriftStep[] = []
  #worst: DriftStep = { t: 0, rows: 0 }
  #firstWrongAt: number | undefined
  #wrongMs = 0

  step(t: number, rows: number): void {
    const last = this.#steps.at(-1)
    if (last !== undefined && last.rows === rows) return
    if (last !== undefined && last.rows > 0) this.#wrongMs += t - last.t
    if (rows > this.#worst.rows) this.#worst = { t, rows }
    if (rows > 0) this.#firstWrongAt ??= t
    this.#steps.push({ t, rows })
  }

  /** @param t until when nothing has changed since the last step */
  summary(model: string, t: number, wrongKeys: readonly string[]): ModelDrift {
    const last = this.#steps.at(-1)!
    const isWrong = last.rows > 0
    return {
      model,
      steps: this.#steps,
      worstRows: this.#worst.rows,
      worstAt: this.#worst.t,
      firstWrongAt: this.#firstWrongAt,
      rightAgainAt: this.#firstWrongAt === undefined || isWrong ? undefined : last.t,
      wrongMs: this.#wrongMs + (isWrong ? t - last.t : 0),
      wrongKeys,
    }
  }
}
