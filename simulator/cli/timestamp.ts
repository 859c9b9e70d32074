/**
 * Moments in names of files and in tables, in local time.
 */

/** `2026-01-05T09-30-00`: sorts by time and is a file name everywhere. */
export function timestamp(moment = new Date()): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-')
  return `${date}T${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join('-')}`
}

/** How long ago, as one says it: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function formatAgo(iso: string, now = Date.now()): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000)
  if (Number.isNaN(minutes)) return '-'
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ago`
  return `${Math.floor(hours / 24)} days ago`
}
