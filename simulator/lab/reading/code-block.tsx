/**
 * Code as it stands, with a button that copies it.
 */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './prose.module.css'

export function CodeBlock({ code, label = 'Code' }: { code: string; label?: string }) {
  return (
    <div className={classes.codeBlock}>
      {/* biome-ignore lint/a11y/useSemanticElements: a region would be a landmark, and there are many of these */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it */}
      <div role="group" tabIndex={0} aria-label={label} className={classes.code}>
        <pre>
          <code>{code}</code>
        </pre>
      </div>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              size="sm"
              onClick={copy}
              aria-label={copied ? 'Copied' : `Copy: ${label}`}
            >
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  )
}
