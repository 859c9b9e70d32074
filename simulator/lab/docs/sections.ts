/**
 * A long Markdown text, taken apart at its headings so that only what is looked at needs to be rendered.
 */
export interface Section {
  /** Empty for what stands before the first heading. */
  readonly title: string
  readonly id: string
  readonly text: string
}

/** @param level of the headings at which it is taken apart: 2 for `##` */
export function splitSections(text: string, level: number): Section[] {
  const heading = new RegExp(`^#{${level}} (.+)$`)
  const sections: { title: string; lines: string[] }[] = [{ title: '', lines: [] }]
  let isCode = false
  for (const line of text.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode
    const [, title] = isCode ? [] : (heading.exec(line) ?? [])
    if (title !== undefined) sections.push({ title: plain(title), lines: [] })
    sections.at(-1)!.lines.push(line)
  }
  return sections
    .map(({ title, lines }) => ({ title, id: slugOf(title), text: lines.join('\n').trim() }))
    .filter(section => section.text !== '')
}

/** The section that a heading of any level stands in; the first when there is none. */
export function findSection(sections: readonly Section[], id: string | undefined): Section {
  const found =
    id === undefined
      ? undefined
      : (sections.find(section => section.id === id) ??
        sections.find(({ text }) => headingsOf(text).some(title => slugOf(title) === id)))
  return found ?? sections[0]!
}

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title]) => plain(title!))
}

/** As on GitHub: lower case, no punctuation, hyphens for spaces. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

function plain(title: string): string {
  return title.replace(/[`*]/g, '').trim()
}
