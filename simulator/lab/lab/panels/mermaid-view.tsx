/**
 * Mermaid text as a picture. Mermaid is the only part of the page that makes markup, and it is told to trust nothing it is given.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { drawDiagram } from '../../reading/draw-diagram.ts'
import type { DiagramText } from './diagram-text.ts'
import { countUpTo } from './event-rows.ts'
import classes from './panels.module.css'

interface MermaidViewProps {
  readonly diagram: DiagramText
  readonly zoom: number
  readonly seq: number
  readonly label: string
}

/** As wide as its text needs; names stand once, as they stay in sight. */
const SEQUENCE = { useMaxWidth: false, actorMargin: 30, width: 110 }

export default function MermaidView({ diagram, zoom, seq, label }: MermaidViewProps) {
  const id = `diagram${useId().replace(/\W/g, '')}`
  const holder = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  const [drawn, setDrawn] = useState(0)
  const [actors, setActors] = useState<readonly Actor[]>([])
  const [width, setWidth] = useState(0)
  const [problem, setProblem] = useState<string>()

  useEffect(() => {
    let isWanted = true
    setProblem(undefined)
    drawDiagram(id, diagram.mermaid, scheme, SEQUENCE).then(
      svg => {
        if (!isWanted || holder.current === null) return
        holder.current.innerHTML = svg
        setActors(actorsIn(holder.current))
        setDrawn(count => count + 1)
      },
      (error: unknown) => isWanted && setProblem(String(error)),
    )
    return () => {
      isWanted = false
    }
  }, [id, diagram, scheme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was drawn anew has to be scaled anew
  useEffect(() => {
    const svg = holder.current?.querySelector('svg')
    if (svg == null) return
    const { width, height } = svg.viewBox.baseVal
    svg.style.maxWidth = 'none'
    svg.setAttribute('width', String(width * zoom))
    svg.setAttribute('height', String(height * zoom))
    // Without a second row of names at the bottom Mermaid ends the lines at 2000.
    for (const line of svg.querySelectorAll('.actor-line')) line.setAttribute('y2', String(height))
    setWidth(width)
  }, [drawn, zoom])

  const arrows = countUpTo(
    diagram.arrows.map(arrow => ({ seq: arrow })),
    seq,
  )
  const notes = countUpTo(
    diagram.notes.map(note => ({ seq: note })),
    seq,
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was drawn anew has to be dimmed anew
  useEffect(() => {
    const element = holder.current
    if (element === null) return
    const lines = dim(element, '.messageLine0, .messageLine1', arrows)
    dim(element, '.messageText', arrows)
    dim(element, '.note', notes)
    dim(element, '.noteText', notes)
    const current = lines[Math.max(0, arrows - 1)]
    if (current !== undefined) showWithin(element.parentElement!, current)
  }, [drawn, arrows, notes])

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={classes.diagram} tabIndex={0} aria-label={label}>
      {problem !== undefined && <p className={classes.hint}>{problem}</p>}
      <div className={classes.actors} style={{ width: width * zoom }} aria-hidden>
        {actors.map(({ name, x }) => (
          <span key={x} style={{ left: x * zoom }}>
            {name}
          </span>
        ))}
      </div>
      <div ref={holder} />
    </section>
  )
}

const MARGIN = 60

/** Scrolls the diagram as far as need be, and nothing around it. */
function showWithin(scroller: Element, part: Element): void {
  const inner = part.getBoundingClientRect()
  const outer = scroller.getBoundingClientRect()
  if (inner.top < outer.top + MARGIN || inner.bottom > outer.bottom - MARGIN)
    scroller.scrollTop += inner.top - outer.top - outer.height / 2
  if (inner.left < outer.left) scroller.scrollLeft += inner.left - outer.left - MARGIN
  else if (inner.right > outer.right)
    scroller.scrollLeft += Math.min(inner.left - outer.left, inner.right - outer.right) + MARGIN
}

interface Actor {
  readonly name: string
  readonly x: number
}

/** Who stands where, so that it can be said again wherever one has scrolled to. */
function actorsIn(element: Element): Actor[] {
  const left = element.querySelector('svg')?.viewBox.baseVal.x ?? 0
  return [...element.querySelectorAll('text.actor')].map(text => ({
    name: text.textContent ?? '',
    x: Number(text.getAttribute('x')) - left,
  }))
}

function dim(element: Element, selector: string, count: number): SVGElement[] {
  const found = [...element.querySelectorAll<SVGElement>(selector)]
  for (const [index, part] of found.entries()) part.style.opacity = index < count ? '' : '0.3'
  return found
}
