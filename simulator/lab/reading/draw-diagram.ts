/**
 * Mermaid, loaded when the first diagram is to be drawn. It has one configuration for all, so diagrams are drawn one by one.
 */
import type { Mermaid } from 'mermaid'

type Scheme = 'light' | 'dark'

let loading: Promise<Mermaid> | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * @param id of the SVG element; unique in the page
 * @returns SVG that Mermaid has sanitised
 */
export function drawDiagram(id: string, source: string, scheme: Scheme): Promise<string> {
  loading ??= import('mermaid').then(module => module.default)
  const drawing = Promise.all([loading, last.catch(() => {})]).then(async ([mermaid]) => {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      suppressErrorRendering: true,
      theme: scheme === 'dark' ? 'dark' : 'neutral',
      fontFamily: 'system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif',
      themeVariables: { fontSize: '14px' },
      sequence: {
        mirrorActors: false,
        width: 120,
        height: 44,
        actorMargin: 28,
        messageMargin: 28,
        actorFontSize: 13,
        messageFontSize: 13,
        noteFontSize: 13,
      },
    })
    return (await mermaid.render(id, source)).svg
  })
  last = drawing
  return drawing
}
