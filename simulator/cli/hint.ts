/**
 * `hint`: the next rung of the ladder for what the student's file does wrong at the moment.
 */
import type { Command } from 'commander'
import { describeMistake, type Exercise } from '#simulator/desk/exercise.ts'
import { chooseExercise, titleOf } from './choose-exercise.ts'
import { percent, sayDiagnosis } from './diagnosis.ts'
import { fact, formatSteps, type Step } from './facts.ts'
import { missingFile } from './missing-file.ts'
import { rememberHints, type StoredVerdict } from './student-state.ts'
import { style, terminalWidth } from './terminal.ts'
import { verdictNow } from './verdict-now.ts'

export function addHintCommand(program: Command): void {
  program
    .command('hint')
    .description('the next hint for what your answer does wrong')
    .argument('<exercise>', 'its number or name')
    .action(async (wanted: string) => {
      const exercise = await chooseExercise(wanted)
      const verdict = await verdictNow(exercise)
      if (verdict === undefined) throw missingFile(exercise)
      const sections = await hint(exercise, verdict, terminalWidth())
      console.log(`${[heading(exercise, verdict), ...sections].join('\n\n')}\n`)
    })
}

function heading(exercise: Exercise, { holds }: StoredVerdict): string {
  return `${holds ? style.good('✓') : style.bad('✗')} ${style.title(titleOf(exercise))}`
}

async function hint(exercise: Exercise, verdict: StoredVerdict, width: number): Promise<string[]> {
  const { number } = exercise
  const { holds, diagnosis, trouble, next } = verdict
  if (holds) {
    return [
      fact('No hint', 'It holds: there is nothing to hint at.', width),
      formatSteps(
        'Next',
        [{ command: `npm run diff ${number}`, what: 'your answer beside the model answer' }],
        width,
      ),
    ]
  }
  if (diagnosis === undefined) {
    return [
      [fact('Happened', trouble, width), ...(next === '' ? [] : [fact('Hint', next, width)])].join('\n'),
      theStory(number, width),
    ]
  }
  if (diagnosis.kind === 'known') {
    const [mistake] = diagnosis.mistakes
    const described = await describeMistake(exercise, mistake!)
    return [
      fact('Diagnosis', sayDiagnosis({ ...diagnosis, mistake: described }), width),
      ...nextRung(exercise, verdict, mistake!, described.hints, width),
    ]
  }
  const [nearest] = diagnosis.nearest
  return [
    [
      fact('Diagnosis', sayDiagnosis(diagnosis), width),
      fact(
        'Hint',
        'Go to the place in the report where the two runs part: what did your code do there that it need not do without the fault, and what does it remember of it afterwards?',
        width,
      ),
    ].join('\n'),
    ...(nearest === undefined ? [] : await neighbour(exercise, verdict, nearest, width)),
    ...(nearest === undefined ? [theStory(number, width)] : []),
  ]
}

/** What helps with something similar may help here. */
async function neighbour(
  exercise: Exercise,
  verdict: StoredVerdict,
  { mistake, likeness }: { mistake: string; likeness: number },
  width: number,
): Promise<string[]> {
  const { explanation, hints } = await describeMistake(exercise, mistake)
  return [
    fact('If it helps', `${style.title(mistake)} is ${percent(likeness)} alike: ${explanation}.`, width),
    ...nextRung(exercise, verdict, mistake, hints, width),
  ]
}

/** The hint after the last one given; all of them once all were given. */
function nextRung(
  { name, number }: Exercise,
  { hints: before }: StoredVerdict,
  mistake: string,
  hints: readonly string[],
  width: number,
): string[] {
  const given = before?.mistake === mistake ? before.given : 0
  const solution: Step = { command: `npm run diff ${number} -- --peek`, what: 'shows the solution' }
  if (given >= hints.length) {
    return [
      hints.map((text, index) => fact(`Hint ${index + 1}`, text, width)).join('\n'),
      fact('', 'These are all the hints there are.', width),
      formatSteps('Next', [{ command: `npm run check ${number}`, what: 'the whole story' }, solution], width),
    ]
  }
  rememberHints(name, mistake, given + 1)
  const isLast = given + 1 === hints.length
  return [
    fact(`Hint ${given + 1} of ${hints.length}`, hints[given]!, width),
    formatSteps(
      'Next',
      [
        { command: `npm run check ${number}`, what: 'the whole story' },
        isLast ? solution : { command: `npm run hint ${number}`, what: 'the next hint' },
      ],
      width,
    ),
  ]
}

function theStory(number: string, width: number): string {
  return formatSteps('Next', [{ command: `npm run check ${number}`, what: 'the whole story' }], width)
}
