/**
 * The failure table of the order flow for the terminal: a line each of what a class discusses first, or all of it in blocks.
 */
import { type FlowRow, type FlowTable, isAsPromised } from '#simulator/shop/flow-table.ts'
import {
  LEFT_OPEN,
  MEASURED,
  sayBroken,
  sayBusiness,
  sayErrorsShow,
  sayLagInGeneral,
  sayLagShows,
  sayLocal,
  short,
  WRITTEN,
} from '#simulator/shop/flow-table-words.ts'
import { formatTable, pad, plural, style, wrap } from './terminal.ts'

/** The most important columns; fits in 110. */
export function formatFlow(table: FlowTable, width: number): string {
  const rows = table.rows.map(row => {
    const { number, title, catalogue, note, measured } = row
    const [sign] = measured.signs
    const [lag] = measured.lag
    return [
      String(number),
      title,
      catalogue.causes.join(', ') || '-',
      broken(row),
      note?.known ?? '-',
      lag === undefined ? style.quiet('no') : `${lag.group} ${short(lag.ageMs)}`,
      sign === undefined ? style.quiet('no') : `${sign.count} ${sign.sign}`,
    ]
  })
  return [
    title(table),
    formatTable(
      [
        { heading: '#', align: 'right' },
        { heading: 'what fails' },
        { heading: 'cause' },
        { heading: 'broken' },
        { heading: 'can tell?' },
        { heading: 'lag shows' },
        { heading: 'errors show' },
      ],
      rows,
    ),
    legend(width),
    conclusion(table),
    `  ${style.title('Everything')}  ${style.command('npm run table -- --wide')}   ${style.title('To keep')}  ${style.command('npm run table -- --format md')}`,
    '',
  ].join('\n\n')
}

/** All columns: a block for each failure mode, with the command that shows it. */
export function formatFlowBlocks(table: FlowTable, width: number): string {
  const limit = Math.min(width, 120)
  return [
    title(table),
    ...table.rows.map(row => block(row, limit)),
    legend(width),
    conclusion(table),
    '',
  ].join('\n\n')
}

function title({ orders, rows }: FlowTable): string {
  return `\n${style.title('Failure table')}  the order flow with the reference services: ${plural(orders, 'order')}, ${plural(rows.length, 'run')}`
}

const INDENT = 21

function block(row: FlowRow, width: number): string {
  const { number, measured, note, catalogue } = row
  const measuredLines: [string, string][] = [
    ['schedule', row.schedule],
    [
      'broken',
      `${sayBroken(measured)}${measured.broken[0] === undefined ? '' : ` (${measured.broken[0].message})`}`,
    ],
    ['local effect', sayLocal(measured)],
    ['business effect', sayBusiness(measured)],
    ['lag shows it', sayLagShows(measured)],
    ['errors show it', sayErrorsShow(measured)],
  ]
  const written: [string, string][] =
    note === undefined
      ? []
      : [
          ['where', note.step],
          ['can tell?', `${note.known}: ${note.why}`],
          ['in general', `does lag show it: ${sayLagInGeneral(row)}. ${catalogue.signals.join(' ')}`],
          ['prevention', `${note.prevention} (${note.files.join(', ')})`],
          ['repair', note.repair],
        ]
  const line =
    (paint: (text: string) => string) =>
    ([name, text]: [string, string]) =>
      `     ${style.quiet(pad(name, INDENT - 5))}${paint(wrap(text, width - INDENT).replaceAll('\n', `\n${' '.repeat(INDENT)}`))}`
  return [
    `  ${pad(String(number), 2, 'right')} ${style.title(row.title)}  ${style.quiet(catalogue.causes.join(', '))}  ${broken(row)}`,
    ...measuredLines.map(line(text => text)),
    ...written.map(line(style.quiet)),
    `     ${style.quiet(pad('again', INDENT - 5))}${style.command(`npm run replay -- '${row.plan}'`)}`,
  ].join('\n')
}

function broken({ measured, destroysData }: FlowRow): string {
  if (measured.trouble !== undefined) return style.bad('not judged')
  const [first, ...others] = [...new Set(measured.broken.map(({ outcome }) => outcome))]
  if (first === undefined) return style.good('none')
  const text = `${first}${others.length === 0 ? '' : ` +${others.length}`}`
  return destroysData ? style.warning(`${text}, noticed`) : style.bad(text)
}

function legend(width: number): string {
  const limit = Math.min(width, 110) - 2
  return [
    `${MEASURED}: broken, local and business effect, lag and errors.`,
    `${WRITTEN}: cause, where, can tell?, in general, prevention, repair.`,
    'can tell?  known: done or not done, and the caller knows; ambiguous: it cannot know; silent: nobody is told of anything.',
    LEFT_OPEN,
  ]
    .map(text => `  ${style.quiet(wrap(text, limit, '  '))}`)
    .join('\n')
}

function conclusion({ rows }: FlowTable): string {
  const wrong = rows.filter(row => !isAsPromised(row))
  if (wrong.length > 0)
    return `  ${style.bad('✗')} not as promised: ${wrong.map(({ title }) => title).join('; ')}`
  const destroyed = rows.filter(({ destroysData }) => destroysData)
  return `  ${style.good('✓')} in ${plural(rows.length - destroyed.length, 'run')} every guarantee held after healing; in ${plural(destroyed.length, 'run')} acknowledged data was destroyed, and that was noticed.`
}
