/**
 * The way of an edge: a smooth path for drawing, and where on it a message is after a share of the way.
 */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Route {
  /** For the attribute `d` of an SVG path. */
  readonly path: string
  /** @param share from 0 at its beginning to 1 at its end */
  at(share: number): Point
}

const SAMPLES_PER_CURVE = 16

/** @param stops where it comes by; it leaves and reaches each of them level, or upright where it only goes up or down */
export function createRoute(stops: readonly Point[]): Route {
  const first = stops[0] ?? { x: 0, y: 0 }
  const samples: Point[] = [first]
  let path = `M${write(first)}`
  let from = first
  for (const to of stops.slice(1)) {
    const [leaving, reaching] = handles(from, to)
    path += ` C${write(leaving)} ${write(reaching)} ${write(to)}`
    for (let step = 1; step <= SAMPLES_PER_CURVE; step++)
      samples.push(onCurve(from, leaving, reaching, to, step / SAMPLES_PER_CURVE))
    from = to
  }
  return { path, at: walk(samples) }
}

function handles(from: Point, to: Point): readonly [Point, Point] {
  if (Math.abs(to.x - from.x) < 2) return [from, to]
  const half = (from.x + to.x) / 2
  return [
    { x: half, y: from.y },
    { x: half, y: to.y },
  ]
}

function walk(samples: readonly Point[]): (share: number) => Point {
  const reached = [0]
  for (let index = 1; index < samples.length; index++)
    reached.push(reached[index - 1]! + distance(samples[index - 1]!, samples[index]!))
  const length = reached.at(-1)!
  return share => {
    const wanted = Math.min(1, Math.max(0, share)) * length
    let index = 1
    while (index < samples.length - 1 && reached[index]! < wanted) index++
    const from = samples[index - 1]!
    const to = samples[index] ?? from
    const part = (wanted - reached[index - 1]!) / ((reached[index] ?? 0) - reached[index - 1]! || 1)
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
  }
}

function onCurve(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const u = 1 - t
  const [wa, wb, wc, wd] = [u ** 3, 3 * u * u * t, 3 * u * t * t, t ** 3]
  return { x: wa * a.x + wb * b.x + wc * c.x + wd * d.x, y: wa * a.y + wb * b.y + wc * c.y + wd * d.y }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y)
}

function write({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`
}
