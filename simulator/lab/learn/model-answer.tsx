/**
 * The model answer with its explanation: once the student's own holds, or when they ask for it.
 */
import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { CodeBlock } from '../reading/code-block.tsx'
import { Reading } from '../reading/reading.tsx'
import { useText } from '../reading/use-text.ts'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import classes from './learn.module.css'

export function ModelAnswer({ entry, isEarned }: { entry: CatalogEntry; isEarned: boolean }) {
  const [isAskedFor, setAskedFor] = useState(false)
  if (!isEarned && !isAskedFor) {
    return (
      <div className={classes.locked}>
        <Text maw="50ch">
          Your own answer does not hold yet. Finding the way yourself teaches more than reading it; the hints
          under the verdict go in small steps.
        </Text>
        <Button variant="default" onClick={() => setAskedFor(true)}>
          Show the model answer all the same
        </Button>
      </div>
    )
  }
  return <Revealed entry={entry} />
}

function Revealed({ entry }: { entry: CatalogEntry }) {
  const folder = `solutions/${entry.name}`
  const readme = useText(`${folder}/README.md`)
  const file = `${folder}/${entry.file.split('/').slice(2).join('/')}`
  const code = useText(file)
  return (
    <>
      <Reading path={`${folder}/README.md`} text={readme.text} error={readme.error} />
      {code.text !== undefined && (
        <>
          <h2 className={classes.fileName}>{file}</h2>
          <CodeBlock code={code.text.trimEnd()} label={file} />
        </>
      )}
    </>
  )
}
