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

const SAMPLES_PER_CURVE = 12

/** @param points corners of the way; it begins and ends there and rounds the others off */
export function createRoute(points: readonly Point[]): Route {
  const first = points[0] ?? { x: 0, y: 0 }
  const last = points.at(-1) ?? first
  const samples: Point[] = [first]
  let path = `M${write(first)}`
  let from = first
  for (let index = 1; index < points.length - 1; index++) {
    const corner = points[index]!
    const to = index === points.length - 2 ? last : middle(corner, points[index + 1]!)
    path += ` Q${write(corner)} ${write(to)}`
    for (let step = 1; step <= SAMPLES_PER_CURVE; step++)
      samples.push(onCurve(from, corner, to, step / SAMPLES_PER_CURVE))
    from = to
  }
  if (points.length <= 2) {
    path += ` L${write(last)}`
    samples.push(last)
  }
  return { path, at: walk(samples) }
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
    const to = samples[index]!
    const part = (wanted - reached[index - 1]!) / (reached[index]! - reached[index - 1]! || 1)
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
  }
}

function onCurve(from: Point, corner: Point, to: Point, t: number): Point {
  const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
  return { x: a * from.x + b * corner.x + c * to.x, y: a * from.y + b * corner.y + c * to.y }
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y)
}

function write({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`
}
