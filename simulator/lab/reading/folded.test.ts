import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import ReactMarkdown from 'react-markdown'
import { describe, expect, test } from 'vitest'
import { remarkFolded } from './folded.ts'

/** What the page shows, as HTML without line breaks. */
function render(markdown: string): string {
  const element = createElement(ReactMarkdown, { remarkPlugins: [remarkFolded] }, markdown)
  return renderToStaticMarkup(element).replaceAll('\n', '')
}

describe('folded answers', () => {
  test('become details with a summary around what stands between', () => {
    expect(render('<details>\n<summary>Why?</summary>\n\nBecause *so*.\n\n</details>\n\nAfter.')).toBe(
      '<details><summary>Why?</summary><p>Because <em>so</em>.</p></details><p>After.</p>',
    )
  })

  test('stand in one another', () => {
    const inner = '<details>\n<summary>B</summary>\n\nb\n\n</details>'
    expect(render(`<details>\n<summary>A</summary>\n\na\n\n${inner}\n\n</details>`)).toBe(
      '<details><summary>A</summary><p>a</p><details><summary>B</summary><p>b</p></details></details>',
    )
  })

  test('have code in their summaries, in either notation', () => {
    expect(render('<details>\n<summary>Is `a &lt; b` or <code>c</code>?</summary>\n\nx\n\n</details>')).toBe(
      '<details><summary>Is <code>a &lt; b</code> or <code>c</code>?</summary><p>x</p></details>',
    )
  })
})

test.each([
  '<details>\n<summary>never closed</summary>\n\ntext',
  '<details onclick="x()">\n<summary>A</summary>\n\ntext\n\n</details>',
  '<script>alert(1)</script>',
])('other markup is shown as the text it is: %j', markdown => {
  expect(render(markdown)).toContain('&lt;')
  expect(render(markdown)).not.toMatch(/<(?:details|script)/)
})

test('comments are left out', () => {
  expect(render('<!-- generated -->\n\nText')).toBe('<p>Text</p>')
})
