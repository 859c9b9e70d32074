/**
 * Brings a heading of a text into view, and the reader's place in the page with it.
 */
export function showHeading(id: string): boolean {
  const heading = document.getElementById(id)
  if (heading === null) return false
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  heading.scrollIntoView({ behavior: isCalm ? 'auto' : 'smooth', block: 'start' })
  return true
}
