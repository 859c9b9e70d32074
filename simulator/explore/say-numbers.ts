/**
 * Numbers, money and times as people say them, the same in the terminal and on the page.
 */

/** `1,234` */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** Cents as `1,265,793.29`. */
export function formatMoney(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const absolute = Math.abs(cents)
  return `${sign}${formatCount(Math.floor(absolute / 100))}.${String(absolute % 100).padStart(2, '0')}`
}

/** Milliseconds as people say them: `340 ms`, `31.4 s`, `4.2 min`, `24.0 h`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`
  if (milliseconds < 7_200_000) return `${(milliseconds / 60_000).toFixed(1)} min`
  return `${(milliseconds / 3_600_000).toFixed(1)} h`
}

export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}
