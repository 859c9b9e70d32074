/**
 * One text, by its sort: Markdown, at length or section by section; a diagram; or code.
 */
import { CodeBlock } from '../reading/code-block.tsx'
import { LazyDiagram } from '../reading/lazy-diagram.tsx'
import { Reading } from '../reading/reading.tsx'
import { useText } from '../reading/use-text.ts'
import classes from './docs.module.css'
import { LongDocument } from './long-document.tsx'

/** A longer text would keep the page busy for too long in one go. */
const LONG = 60_000

export function DocumentView({ path, at }: { path: string; at: string | undefined }) {
  const { text, error } = useText(path)
  if (text === undefined || path.endsWith('.md')) {
    return text === undefined || text.length < LONG ? (
      <Reading path={path} text={text} error={error} at={at} />
    ) : (
      <LongDocument path={path} text={text} at={at} />
    )
  }
  const name = path.split('/').at(-1)!
  return (
    <>
      <h1 className={classes.fileName}>{path}</h1>
      {path.endsWith('.mmd') ? (
        <LazyDiagram source={text} title={name.replace('.mmd', '').replaceAll('-', ' ')} />
      ) : (
        <CodeBlock code={text.trimEnd()} label={path} />
      )}
    </>
  )
}
