/**
 * Any table of any database as it stood at the moment, with what the last change did to it.
 */
import { ActionIcon, Loader, NativeSelect } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import { formatTime } from '#simulator/trace/sentence.ts'
import { useCall } from '../../client/simulator-context.tsx'
import { RefusalNotice } from '../../shell/refusal-notice.tsx'
import type { TableHistory } from '../../worker/protocol.ts'
import type { PanelProps } from './panel-props.ts'
import classes from './panels.module.css'
import { rowsOf, snapshotAt } from './table-rows.ts'
import { TableView } from './table-view.tsx'

interface Chosen {
  readonly database: string
  readonly table: string
}

/** Kept while other panels are looked at. */
let remembered: Chosen | undefined

export function TablesPanel({ request, seq, seek }: PanelProps) {
  const tables = useCall('tables', request)
  const [chosen, setChosen] = useState<Chosen | undefined>(remembered)
  useEffect(() => {
    remembered = chosen
  }, [chosen])
  const found = tables.answer === undefined ? undefined : within(tables.answer, chosen)
  const history = useCall('tableHistory', found === undefined ? undefined : { ...request, ...found })
  const refusal = tables.refusal ?? history.refusal
  if (refusal !== undefined) return <RefusalNotice refusal={refusal} />
  if (tables.answer === undefined) {
    return (
      <p className={classes.hint} role="status">
        <Loader size="xs" /> The run is executed again, to look into its databases…
      </p>
    )
  }
  if (found === undefined) return <p className={classes.hint}>No service of this run has a table.</p>
  const answer = tables.answer
  const shown =
    history.answer?.table === found.table && history.answer.database === found.database
      ? history.answer
      : undefined
  return (
    <div className={classes.panel}>
      <div className={classes.controls}>
        <NativeSelect
          size="xs"
          aria-label="Database"
          value={found.database}
          data={Object.keys(answer)}
          onChange={({ currentTarget: { value } }) =>
            setChosen({ database: value, table: answer[value]![0]! })
          }
          className={classes.grow}
        />
        <NativeSelect
          size="xs"
          aria-label="Table"
          value={found.table}
          data={[...answer[found.database]!]}
          onChange={({ currentTarget: { value } }) => setChosen({ ...found, table: value })}
          className={classes.grow}
        />
      </div>
      {shown === undefined ? (
        <p className={classes.hint} role="status">
          <Loader size="xs" /> Looking into {found.table} after every commit…
        </p>
      ) : (
        <History history={shown} seq={seq} seek={seek} />
      )}
    </div>
  )
}

function History({ history, seq, seek }: { history: TableHistory; seq: number; seek(seq: number): void }) {
  const { snapshots, table, columns } = history
  const index = snapshotAt(history, seq)
  const rows = useMemo(() => rowsOf(history, index), [history, index])
  const snapshot = snapshots[index]
  const count = snapshot?.rows.length ?? 0
  const words =
    snapshot === undefined
      ? `${table} does not exist yet.`
      : `${count} ${count === 1 ? 'row' : 'rows'} · change ${index + 1} of ${snapshots.length}, at ${formatTime(snapshot.t)}`
  const go = (to: number) => {
    const target = snapshots[to]
    if (target !== undefined) seek(target.seq)
  }
  return (
    <>
      <div className={classes.controls}>
        <p className={`${classes.count} ${classes.grow}`}>{words}</p>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label="The change before"
          disabled={index <= 0}
          onClick={() => go(index - 1)}
        >
          <IconChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="sm"
          aria-label="The next change"
          disabled={index + 1 >= snapshots.length}
          onClick={() => go(index + 1)}
        >
          <IconChevronRight size={16} aria-hidden />
        </ActionIcon>
      </div>
      {snapshots.length === 0 ? (
        <p className={classes.hint}>Nothing was ever written into {table}.</p>
      ) : (
        <TableView name={table} columns={columns} rows={rows} />
      )}
    </>
  )
}

function within(
  tables: Readonly<Record<string, readonly string[]>>,
  chosen: Chosen | undefined,
): Chosen | undefined {
  if (chosen !== undefined && tables[chosen.database]?.includes(chosen.table) === true) return chosen
  const [database] = Object.keys(tables)
  return database === undefined ? undefined : { database, table: tables[database]![0]! }
}
