/**
 * Docs: what the repository has to read, with its diagrams.
 */
import { NativeSelect } from '@mantine/core'
import { useEffect } from 'react'
import { library } from '../reading/library.ts'
import { pathOf } from '../reading/links.ts'
import { goTo, type Place, usePlace, writePlace } from '../shell/location.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import { contentsOf } from './contents.ts'
import classes from './docs.module.css'
import { DocumentView } from './document-view.tsx'

const CONTENTS = contentsOf(library.paths, library)
const FIRST = 'README'

export default function DocsPage() {
  const place = usePlace()
  const name = readName(place)
  const at = new URLSearchParams(place.query).get('at') ?? undefined
  const path = pathOf(name, library)
  useEffect(() => {
    document.title = `${name} · Out of Order`
    return () => {
      document.title = 'Out of Order'
    }
  }, [name])
  const here = writePlace({ path: `/docs/${name}`, query: '' })
  return (
    <div className={classes.layout}>
      <nav className={classes.contents} aria-label="Contents">
        {CONTENTS.map(({ title, entries }) => (
          <section key={title}>
            <h2>{title}</h2>
            <ul>
              {entries.map(entry => (
                <li key={entry.path}>
                  <a
                    href={writePlace(entry.place)}
                    aria-current={writePlace(entry.place) === here ? 'page' : undefined}
                  >
                    {entry.title}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <div className={classes.chooser}>
        <NativeSelect
          size="xs"
          aria-label="Contents"
          value={here}
          onChange={event => goTo(event.currentTarget.value)}
          data={CONTENTS.map(({ title, entries }) => ({
            group: title,
            items: entries.map(entry => ({ value: writePlace(entry.place), label: entry.title })),
          }))}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse must be able to scroll it */}
      <section className={classes.text} tabIndex={0} aria-label={name} key={name}>
        {path === undefined ? (
          <RefusalNotice
            refusal={{
              sentence: `There is no text ${name.slice(0, 60)}.`,
              next: 'Choose one from the contents.',
            }}
          />
        ) : (
          <DocumentView path={path} at={at} />
        )}
      </section>
    </div>
  )
}

function readName({ path }: Place): string {
  const name = path.split('/').slice(2).join('/')
  return name === '' ? FIRST : name
}
