/**
 * Measures variants of the same work side by side: in turn, several rounds, medians, and each as a ratio to the first.
 */
export interface Variant {
  readonly name: string
  /** Does the work once and says how many units it was; and how long they took, where not all of it was the work. */
  readonly work: () => Promise<number | Timed> | number | Timed
  /** What else is to be said of it, asked after the last round. */
  readonly note?: () => string
}

export interface Timed {
  readonly units: number
  readonly tookMs: number
}

export interface Measured {
  readonly name: string
  readonly note: string
  /** Median over the rounds. */
  readonly perSecond: number
  readonly minPerSecond: number
  readonly maxPerSecond: number
  /** Median divided by the median of the first variant. */
  readonly ratio: number
}

/** One round to warm up, which is not counted; then the variants in turn, so that a change of the machine's speed hits all of them. */
export async function compare(variants: readonly Variant[], rounds: number): Promise<Measured[]> {
  const rates = variants.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { work }] of variants.entries()) {
      const startedAt = performance.now()
      const done = await work()
      const { units, tookMs } =
        typeof done === 'number' ? { units: done, tookMs: performance.now() - startedAt } : done
      const perSecond = (units / tookMs) * 1000
      if (round > 0) rates[index]!.push(perSecond)
    }
  }
  const base = median(rates[0]!)
  return variants.map(({ name, note }, index) => {
    const sorted = [...rates[index]!].sort((left, right) => left - right)
    return {
      name,
      note: note?.() ?? '',
      perSecond: median(sorted),
      minPerSecond: sorted[0]!,
      maxPerSecond: sorted.at(-1)!,
      ratio: median(sorted) / base,
    }
  })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
