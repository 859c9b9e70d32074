/**
 * Mermaid, loaded when the first diagram is to be drawn. It has one configuration for all, so diagrams are drawn one by one.
 */
import type { Mermaid, MermaidConfig } from 'mermaid'

type Scheme = 'light' | 'dark'

/** The page's own colours, in the notation that Mermaid computes with. */
const COLOURS = {
  light: coloursOf({
    isDark: false,
    paper: '#ffffff',
    ink: '#212529',
    line: '#5c636a',
    box: '#edf2ff',
    boxBorder: '#91a7ff',
    note: '#fff9db',
    noteBorder: '#ffe066',
  }),
  dark: coloursOf({
    isDark: true,
    paper: '#1f1f1f',
    ink: '#e9ecef',
    line: '#adb5bd',
    box: '#2b3252',
    boxBorder: '#6378d1',
    note: '#3a341c',
    noteBorder: '#7a6a1d',
  }),
} as const

interface Palette {
  readonly isDark: boolean
  readonly paper: string
  readonly ink: string
  readonly line: string
  readonly box: string
  readonly boxBorder: string
  readonly note: string
  readonly noteBorder: string
}

function coloursOf({ isDark, paper, ink, line, box, boxBorder, note, noteBorder }: Palette) {
  return {
    darkMode: isDark,
    background: paper,
    textColor: ink,
    lineColor: line,
    primaryColor: box,
    primaryBorderColor: boxBorder,
    primaryTextColor: ink,
    secondaryColor: note,
    tertiaryColor: paper,
    noteBkgColor: note,
    noteBorderColor: noteBorder,
    noteTextColor: ink,
    edgeLabelBackground: paper,
    labelBackgroundColor: paper,
    transitionLabelColor: ink,
    transitionColor: line,
    signalColor: line,
    signalTextColor: ink,
    actorLineColor: line,
    specialStateColor: line,
  }
}

let loading: Promise<Mermaid> | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * @param id of the SVG element; unique in the page
 * @param sequence what a sequence diagram has otherwise than usual
 * @returns SVG that Mermaid has sanitised
 */
export function drawDiagram(
  id: string,
  source: string,
  scheme: Scheme,
  sequence: MermaidConfig['sequence'] = {},
): Promise<string> {
  loading ??= import('mermaid').then(module => module.default)
  const drawing = Promise.all([loading, last.catch(() => {})]).then(async ([mermaid]) => {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      suppressErrorRendering: true,
      htmlLabels: false,
      theme: 'base',
      fontFamily: 'system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif',
      themeVariables: { fontSize: '14px', ...COLOURS[scheme] },
      sequence: {
        mirrorActors: false,
        width: 120,
        height: 58,
        actorMargin: 28,
        messageMargin: 28,
        actorFontSize: 13,
        messageFontSize: 13,
        noteFontSize: 13,
        ...sequence,
      },
    })
    return (await mermaid.render(id, source)).svg
  })
  last = drawing
  return drawing
}
