/**
 * Markdown of the repository, rendered: tables, folded answers, diagrams, and links that lead to places of the page.
 */
import { type ReactNode, useMemo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeSlug from 'rehype-slug'
import remarkGfm from 'remark-gfm'
import { writePlace } from '../shell/location.ts'
import { CodeBlock } from './code-block.tsx'
import { Diagram } from './diagram.tsx'
import { remarkFolded } from './folded.ts'
import { library } from './library.ts'
import { resolveLink } from './links.ts'
import classes from './prose.module.css'
import { showHeading } from './show-heading.ts'

export interface MarkdownProps {
  readonly text: string
  /** The file it comes from, by its path from the repository's root; links are relative to it. */
  readonly path: string
}

export default function Markdown({ text, path }: MarkdownProps) {
  const components = useMemo(() => componentsFor(path), [path])
  return (
    <div className={classes.prose}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm, remarkFolded]}
        rehypePlugins={[rehypeSlug]}
        components={components}
        // Links are resolved by our own hand, and what leads nowhere becomes no link.
        urlTransform={href => href}
      >
        {text}
      </ReactMarkdown>
    </div>
  )
}

function componentsFor(path: string): Components {
  return {
    a: ({ href = '', children }) => (
      <ReadingLink path={path} href={href}>
        {children}
      </ReadingLink>
    ),
    code: ({ children }) => <Code>{children}</Code>,
    pre: ({ node }) => <Fence node={node} />,
    table: ({ children }) => <WideTable>{children}</WideTable>,
    // A column without a heading has no empty one either.
    th: ({ children }) => (children === undefined ? <td /> : <th>{children}</th>),
    // The page loads nothing from elsewhere.
    img: ({ alt }) => <em>{alt}</em>,
  }
}

function ReadingLink({ path, href, children }: { path: string; href: string; children: ReactNode }) {
  const link = resolveLink(path, href, library)
  switch (link.kind) {
    case 'outside':
      return (
        <a href={link.href} target="_blank" rel="noreferrer">
          {children}
        </a>
      )
    case 'place':
      return <a href={writePlace(link)}>{children}</a>
    case 'heading':
      return (
        <a
          href={location.hash}
          onClick={event => {
            event.preventDefault()
            showHeading(link.id)
          }}
        >
          {children}
        </a>
      )
    case 'nowhere':
      return <>{children}</>
  }
}

/** The plan of a run of the shop leads to that run. */
function Code({ children }: { children: ReactNode }) {
  const code = <code>{children}</code>
  if (typeof children !== 'string' || !/^shop\?\S+$/.test(children)) return code
  const query = children.slice('shop?'.length)
  return (
    <a className={classes.plan} href={writePlace({ path: '/lab/shop', query })}>
      {code}
    </a>
  )
}

/** Wide tables scroll by themselves, and not the page with them. */
function WideTable({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region would be a landmark, and there are many of these
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it
    <div role="group" className={classes.wide} tabIndex={0} aria-label="Table">
      <table>{children}</table>
    </div>
  )
}

type ElementNode = NonNullable<
  Parameters<Extract<NonNullable<Components['pre']>, (props: never) => unknown>>[0]['node']
>

function Fence({ node }: { node: ElementNode | undefined }) {
  const code = node?.children[0]
  if (code?.type !== 'element') return null
  const [content] = code.children
  const text = content?.type === 'text' ? content.value.replace(/\n$/, '') : ''
  const names = code.properties.className
  const language = Array.isArray(names) ? String(names[0]).replace('language-', '') : undefined
  if (language === 'mermaid') return <Diagram source={text} title="Diagram" />
  return <CodeBlock code={text} label={language === undefined ? 'Code' : `Code, ${language}`} />
}
