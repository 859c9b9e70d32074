/**
 * The pieces that reports to a student are made of: labelled facts, paragraphs, and commands to go on with.
 */
import stringWidth from 'string-width'
import { pad, style, wrap } from './terminal.ts'

/** Where what a fact says begins. */
const LABEL_WIDTH = 13
const INDENT = '  '
/** Longer lines are hard to read, whatever the terminal's width. */
const MAX_WIDTH = 110

/** A command to go on with, or a file to read, and what for. */
export interface Step {
  readonly command: string
  readonly what: string
}

/** A label, and beside it what it says, on as many lines as it needs. */
export function fact(label: string, text: string, width: number): string {
  const room = Math.min(width, MAX_WIDTH) - INDENT.length - LABEL_WIDTH
  const further = `\n${' '.repeat(INDENT.length + LABEL_WIDTH)}`
  const lines = text.split('\n').flatMap(line => wrap(line, room).split('\n'))
  return `${INDENT}${style.quiet(pad(label, LABEL_WIDTH))}${lines.join(further)}`
}

export function paragraph(text: string, width: number): string {
  const room = Math.min(width, MAX_WIDTH) - INDENT.length
  return `${INDENT}${wrap(text, room).replaceAll('\n', `\n${INDENT}`)}`
}

/** Commands are never broken, so that they can be copied as they stand. What they are for stands beside them if there is room. */
export function formatSteps(label: string, steps: readonly Step[], width: number): string {
  const widest = Math.max(0, ...steps.map(({ command }) => stringWidth(command)))
  const margin = ' '.repeat(INDENT.length + LABEL_WIDTH)
  const hasRoom = (what: string) => margin.length + widest + 2 + stringWidth(what) <= width
  const isBeside = steps.every(({ what }) => hasRoom(what))
  return steps
    .map(({ command, what }, index) => {
      const start = index === 0 ? `${INDENT}${style.quiet(pad(label, LABEL_WIDTH))}` : margin
      if (what === '') return start + style.command(command)
      if (isBeside) return `${start}${pad(style.command(command), widest)}  ${what}`
      return `${start}${style.command(command)}\n${margin}  ${what}`
    })
    .join('\n')
}
