/**
 * Judges with a progress line, and remembers what came of it when the answer is the student's own.
 */
import type { Desk, DeskJudgeOptions, Report } from '#simulator/desk/desk.ts'
import type { Answer, Exercise } from '#simulator/desk/exercise.ts'
import type { Progress } from '#simulator/explore/judge.ts'
import { titleOf } from './choose-exercise.ts'
import { rememberReport } from './student-state.ts'
import { createProgressLine, formatCount, plural } from './terminal.ts'

/** Quicker than this nobody reads, and writing to a terminal takes time, too. */
const SHOW_EVERY_MS = 80

export async function judgeAnswer(
  desk: Desk,
  exercise: Exercise,
  answer: Answer,
  options: DeskJudgeOptions = {},
): Promise<Report> {
  const line = createProgressLine()
  let shownAtMs = Number.NEGATIVE_INFINITY
  const title = titleOf(exercise)
  line.show(`${title} …`)
  try {
    const report = await desk.judge(exercise, answer, {
      ...options,
      onProgress(progress) {
        options.onProgress?.(progress)
        if (performance.now() - shownAtMs < SHOW_EVERY_MS) return
        shownAtMs = performance.now()
        line.show(`${title}  ${sayProgress(progress)}`)
      },
    })
    if (answer.name === 'yours') rememberReport(report)
    return report
  } finally {
    line.clear()
  }
}

const LEVELS: Readonly<Record<Progress['level'], string>> = {
  singles: 'single faults',
  pairs: 'pairs of faults',
  samples: 'larger plans',
}

/** "pairs of faults 2,310 of 6,790, 3 broken" */
export function sayProgress({ level, done, total, broken }: Progress): string {
  const found =
    broken === 0 ? '' : `, ${plural(broken, 'plan')} found that ${broken === 1 ? 'breaks' : 'break'} it`
  return `${LEVELS[level]} ${formatCount(done)} of ${formatCount(total)}${found}`
}
