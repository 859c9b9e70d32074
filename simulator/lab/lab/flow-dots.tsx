/**
 * Messages on their way: dots along the edges and rings around nodes, placed anew with each of the player's moments, without React.
 */
import { useEffect, useRef } from 'react'
import classes from './flow.module.css'
import { useFlowActions } from './flow-actions.ts'
import type { FlowLayout } from './flow-layout.ts'
import type { Point } from './flow-route.ts'
import { inFlight, type Moving } from './in-flight.ts'
import type { Motion } from './motions.ts'
import type { Player } from './use-player.ts'

const MAX_DOTS = 80
const MAX_LABELS = 4
const LABEL = { width: 150, height: 16 }
const SVG = 'http://www.w3.org/2000/svg'

export function FlowDots({
  player,
  motions,
  layout,
}: {
  player: Player
  motions: readonly (Motion | undefined)[]
  layout: FlowLayout
}) {
  const layer = useRef<SVGGElement>(null)
  const { select } = useFlowActions()
  useEffect(() => {
    const group = layer.current
    if (group === null) return
    const sprites = Array.from({ length: MAX_DOTS }, () => createSprite(group))
    const onClick = ({ target }: Event) => {
      const dot = target instanceof Element ? target.closest<SVGGElement>('[data-subject]') : null
      if (dot?.dataset.subject !== undefined) select(dot.dataset.subject)
    }
    group.addEventListener('click', onClick)
    const isStill = matchMedia('(prefers-reduced-motion: reduce)')
    const draw = () => {
      const snapshot = player.getSnapshot()
      const isPlaying = snapshot.matches('playing')
      const moving = inFlight(motions, snapshot.context, isPlaying, MAX_DOTS)
      const labels: Point[] = []
      for (const [index, sprite] of sprites.entries())
        place(sprite, moving[index], layout, isStill.matches, labels)
    }
    const { unsubscribe } = player.subscribe(draw)
    draw()
    return () => {
      unsubscribe()
      group.removeEventListener('click', onClick)
      group.replaceChildren()
    }
  }, [player, motions, layout, select])
  return (
    <svg className={classes.dots} width={layout.width} height={layout.height} aria-hidden>
      <title>Messages on their way</title>
      <g ref={layer} />
    </svg>
  )
}

interface Sprite {
  readonly group: SVGGElement
  readonly dot: SVGCircleElement
  readonly ring: SVGRectElement
  readonly text: SVGTextElement
}

function createSprite(parent: SVGGElement): Sprite {
  const group = parent.appendChild(document.createElementNS(SVG, 'g'))
  const ring = group.appendChild(document.createElementNS(SVG, 'rect'))
  ring.setAttribute('rx', '10')
  const dot = group.appendChild(document.createElementNS(SVG, 'circle'))
  const text = group.appendChild(document.createElementNS(SVG, 'text'))
  text.setAttribute('text-anchor', 'middle')
  return { group, dot, ring, text }
}

function place(
  { group, dot, ring, text }: Sprite,
  moving: Moving | undefined,
  { routes, spots }: FlowLayout,
  isStill: boolean,
  labels: Point[],
): void {
  const route = moving?.motion.edge === undefined ? undefined : routes.get(moving.motion.edge)
  const spot = moving?.motion.node === undefined ? undefined : spots.get(moving.motion.node)
  const isShown = moving !== undefined && (route !== undefined || spot !== undefined)
  group.style.display = isShown ? '' : 'none'
  if (!isShown) return
  const { motion, share, isFocus } = moving
  group.dataset.tone = motion.tone
  if (motion.subject === undefined) delete group.dataset.subject
  else group.dataset.subject = motion.subject
  dot.style.display = route === undefined ? 'none' : ''
  ring.style.display = spot === undefined ? 'none' : ''
  if (route !== undefined) {
    const along = isStill ? 0.5 : share
    const { x, y } = route.at(motion.isBack ? 1 - along : along)
    dot.setAttribute('cx', String(x))
    dot.setAttribute('cy', String(y))
    dot.setAttribute('r', isFocus ? '9' : '6')
    name(text, motion, { x, y: y - 12 }, isFocus, labels, spots.values())
  } else if (spot !== undefined) {
    const grown = isStill || isFocus ? 4 : share * 10
    ring.setAttribute('x', String(spot.x - grown))
    ring.setAttribute('y', String(spot.y - grown))
    ring.setAttribute('width', String(spot.width + 2 * grown))
    ring.setAttribute('height', String(spot.height + 2 * grown))
    ring.style.opacity = isFocus ? '1' : String(1 - share)
    const below = { x: spot.x + spot.width / 2, y: spot.y + spot.height + 17 }
    if (motion.tone === 'quiet' && !isFocus) text.textContent = ''
    else name(text, motion, below, isFocus, labels, [])
  }
}

/** A name that would lie upon another, or upon a node's, is left out; the latest come first. */
function name(
  text: SVGTextElement,
  motion: Motion,
  { x, y }: Point,
  isFocus: boolean,
  labels: Point[],
  nodes: Iterable<Rectangle>,
): void {
  const isFree = () =>
    labels.every(other => Math.abs(other.x - x) > LABEL.width || Math.abs(other.y - y) > LABEL.height) &&
    ![...nodes].some(node => liesUpon(node, x, y))
  const isNamed = isFocus || (labels.length < MAX_LABELS && isFree())
  text.textContent = isNamed ? motion.text : ''
  if (!isNamed) return
  labels.push({ x, y })
  text.setAttribute('x', String(x))
  text.setAttribute('y', String(y))
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function liesUpon(node: Rectangle, x: number, y: number): boolean {
  return (
    x + LABEL.width / 2 > node.x &&
    x - LABEL.width / 2 < node.x + node.width &&
    y > node.y &&
    y - LABEL.height < node.y + node.height
  )
}
