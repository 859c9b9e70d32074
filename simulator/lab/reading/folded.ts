/**
 * Folded answers in Markdown: exactly `<details>` with a `<summary>`, turned into nodes. Other markup stays what it is: text.
 */
import type { Html, Paragraph, Root, RootContent } from 'mdast'

const BEGINS = /^<details>\s*<summary>([\s\S]*?)<\/summary>\s*(<\/details>)?$/
const ENDS = /^<\/details>$/
const COMMENT = /^<!--[\s\S]*?-->$/

/** A remark plugin. Comments go; what is opened and never closed stays as text. */
export function remarkFolded() {
  return (tree: Root): void => {
    tree.children = fold(tree.children)
  }
}

function fold(nodes: readonly RootContent[]): RootContent[] {
  const folded: RootContent[] = []
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!
    if (node.type !== 'html') {
      folded.push(withFoldedChildren(node))
      continue
    }
    const value = node.value.trim()
    if (COMMENT.test(value)) continue
    const [, summary, isClosed] = BEGINS.exec(value) ?? []
    const end = summary === undefined ? -1 : isClosed === undefined ? endOf(nodes, index) : index
    if (summary === undefined || end === -1) {
      folded.push(node)
      continue
    }
    folded.push(details(summary, fold(nodes.slice(index + 1, end))))
    index = end
  }
  return folded
}

function withFoldedChildren(node: RootContent): RootContent {
  if (node.type !== 'listItem' && node.type !== 'list' && node.type !== 'blockquote') return node
  return { ...node, children: fold(node.children) } as RootContent
}

function endOf(nodes: readonly RootContent[], begin: number): number {
  let depth = 0
  for (let index = begin; index < nodes.length; index++) {
    const node = nodes[index]!
    if (node.type !== 'html') continue
    const value = (node as Html).value.trim()
    if (BEGINS.test(value) && !value.endsWith('</details>')) depth++
    if (ENDS.test(value) && --depth === 0) return index
  }
  return -1
}

function details(summary: string, children: RootContent[]): RootContent {
  const title: Paragraph = {
    type: 'paragraph',
    data: { hName: 'summary' },
    children: inline(summary.trim()),
  }
  return { type: 'blockquote', data: { hName: 'details' }, children: [title, ...children] } as RootContent
}

/** Of markup in a summary only code is known, in either notation. */
function inline(text: string): Paragraph['children'] {
  return text
    .split(/(`[^`]+`|<code>[\s\S]*?<\/code>)/)
    .filter(part => part !== '')
    .map(part => {
      const [, code] = /^`(.+)`$|^<code>/.test(part) ? [part, stripCode(part)] : []
      return code === undefined
        ? { type: 'text', value: decodeEntities(part) }
        : { type: 'inlineCode', value: decodeEntities(code) }
    })
}

function stripCode(part: string): string {
  return part.replace(/^`|`$|<\/?code>/g, '')
}

function decodeEntities(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
