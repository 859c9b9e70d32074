/**
 * ISO weeks, worked out here once more: the judge must not share a mistake with the services it judges.
 */

const DAY_MS = 86_400_000

/** `1997-01-15` is in `1997-W03`. A week belongs to the year of its Thursday (ISO 8601). */
export function isoWeek(date: string): string {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS
  // Day 0, 1970-01-01, was a Thursday.
  const weekday = (((day + 3) % 7) + 7) % 7
  const thursday = new Date((day - weekday + 3) * DAY_MS)
  const year = thursday.getUTCFullYear()
  const dayOfYear = (thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`
}
