import { expect, test } from 'vitest'
import { findSection, splitSections } from './sections.ts'

const TEXT =
  '# Title\n\nIntro.\n\n## The order flow\n\nText.\n\n### What `happens`\n\n```\n## no heading\n```\n\n## Exercise 02: *more*\n\nEnd.\n'

test('a text is taken apart at its headings, not at what stands in code', () => {
  expect(splitSections(TEXT, 2).map(({ title, id }) => [title, id])).toEqual([
    ['', ''],
    ['The order flow', 'the-order-flow'],
    ['Exercise 02: more', 'exercise-02-more'],
  ])
})

test('nothing is lost', () => {
  expect(
    splitSections(TEXT, 2)
      .map(({ text }) => text)
      .join('\n\n'),
  ).toBe(TEXT.trim())
})

test('a heading of any level leads to the section it stands in, an unknown one to the first', () => {
  const sections = splitSections(TEXT, 2)
  expect(findSection(sections, 'exercise-02-more')).toBe(sections[2])
  expect(findSection(sections, 'what-happens')).toBe(sections[1])
  expect(findSection(sections, 'nowhere')).toBe(sections[0])
  expect(findSection(sections, undefined)).toBe(sections[0])
})
