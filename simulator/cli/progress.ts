/**
 * `progress`: where the student stands, exercise by exercise, and where to go next.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { contentOf } from '#simulator/desk/content.ts'
import { type Exercise, starter, yours } from '#simulator/desk/exercise.ts'
import { chooseExercises, titleOf } from './choose-exercise.ts'
import { fact, formatSteps, type Step } from './facts.ts'
import { readState, type StoredVerdict } from './student-state.ts'
import { formatTable, plural, style, terminalWidth } from './terminal.ts'
import { formatAgo } from './timestamp.ts'

/** What is known of an exercise without judging anything. */
type Standing = 'not started' | 'no file' | 'not checked' | 'edited since' | 'in progress' | 'done'

interface Row {
  readonly exercise: Exercise
  readonly standing: Standing
  readonly verdict: StoredVerdict | undefined
}

export function addProgressCommand(program: Command): void {
  program
    .command('progress')
    .description('where you stand, and where to go next')
    .action(async () => {
      const { verdicts, damaged } = readState()
      const exercises = await chooseExercises([])
      const rows: Row[] = []
      for (const exercise of exercises) {
        const verdict = verdicts.get(exercise.name)
        rows.push({ exercise, verdict, standing: await standingOf(exercise, verdict) })
      }
      console.log(`${formatProgress(rows, damaged, terminalWidth())}\n`)
    })
}

async function standingOf(exercise: Exercise, verdict: StoredVerdict | undefined): Promise<Standing> {
  const { file } = yours(exercise)
  const pristine = starter(exercise).file
  if (!existsSync(file)) return 'no file'
  if (existsSync(pristine) && readFileSync(file).equals(readFileSync(pristine))) return 'not started'
  if (verdict === undefined) return 'not checked'
  if (verdict.content !== (await contentOf(yours(exercise)))) return 'edited since'
  return verdict.holds ? 'done' : 'in progress'
}

function formatProgress(rows: readonly Row[], damaged: string | undefined, width: number): string {
  const done = rows.filter(({ standing }) => standing === 'done').length
  const table = formatTable(
    [{ heading: 'exercise' }, { heading: 'state' }, { heading: 'checked' }, { heading: 'last verdict' }],
    rows.map(({ exercise, standing, verdict }) => {
      // A verdict on what is no longer there would only confuse.
      const told = standing === 'not started' || standing === 'no file' ? undefined : verdict
      return [
        titleOf(exercise),
        SIGNS[standing],
        told === undefined ? style.quiet('-') : formatAgo(told.checkedAt),
        told === undefined
          ? style.quiet('-')
          : clip(sayVerdict(told), Math.max(24, width - VERDICT_STARTS_AT)),
      ]
    }),
  )
  return [
    `${style.title('Where you stand')}  ${style.quiet(`${done} of ${plural(rows.length, 'exercise')} done`)}`,
    table,
    ...(damaged === undefined
      ? []
      : [
          fact(
            'Note',
            `What was remembered of earlier checks could not be read. It lies in ${damaged}; npm run check measures everything anew.`,
            width,
          ),
        ]),
    next(rows, width),
  ].join('\n\n')
}

/** The widths of the other columns, roughly. */
const VERDICT_STARTS_AT = 62

const SIGNS: Readonly<Record<Standing, string>> = {
  done: `${style.good('✓')} done`,
  'in progress': `${style.warning('●')} in progress`,
  'edited since': `${style.warning('●')} edited since`,
  'not checked': `${style.warning('●')} not checked`,
  'no file': `${style.bad('✗')} no file`,
  'not started': `${style.quiet('○')} not started`,
}

function sayVerdict({ holds, trouble, diagnosis }: StoredVerdict): string {
  if (holds) return 'holds'
  if (diagnosis?.kind === 'known') return `like ${diagnosis.mistakes.join(' or ')}`
  return trouble
}

/** What was begun comes first. */
function next(rows: readonly Row[], width: number): string {
  const begun = rows.find(({ standing }) => standing !== 'done' && standing !== 'not started')
  const chosen = begun ?? rows.find(({ standing }) => standing === 'not started')
  if (chosen === undefined) return fact('Next', 'Everything holds. What would you break next?', width)
  const { exercise, standing } = chosen
  return `${fact(`Exercise ${exercise.number}`, exercise.check.goal, width)}\n${formatSteps('Next', STEPS[standing](exercise), width)}`
}

const check = ({ number }: Exercise): Step => ({
  command: `npm run check ${number}`,
  what: 'judge your answer',
})
const readme = ({ name }: Exercise): Step => ({ command: `exercises/${name}/README.md`, what: 'the task' })

const STEPS: Readonly<Record<Standing, (exercise: Exercise) => Step[]>> = {
  done: () => [],
  'in progress': exercise => [
    { command: `npm run hint ${exercise.number}`, what: 'the next hint' },
    { ...check(exercise), what: 'what is wrong' },
  ],
  'edited since': exercise => [check(exercise)],
  'not checked': exercise => [check(exercise)],
  'no file': ({ number }) => [{ command: `npm run reset ${number}`, what: 'brings the starter back' }],
  'not started': exercise => [
    readme(exercise),
    { command: `npm run check ${exercise.number} -- --watch`, what: 'judged whenever you save' },
  ],
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
