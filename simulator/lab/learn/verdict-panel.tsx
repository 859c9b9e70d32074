/**
 * The verdict of an answer: whether it holds, what the last save changed, the smallest failures, the diagnosis, what was tried.
 */
import { NativeSelect, Progress, VisuallyHidden } from '@mantine/core'
import { sayCoverage } from '#simulator/explore/say-coverage.ts'
import { formatTime, plural } from '#simulator/explore/say-numbers.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import type { CatalogEntry } from '../worker/catalog-entry.ts'
import type { Judgement } from '../worker/protocol.ts'
import { BrokenGuarantees } from './broken-guarantees.tsx'
import { DiagnosisCard } from './diagnosis-card.tsx'
import { Fact, Facts } from './facts.tsx'
import { headlineOf } from './headline.ts'
import { writeHash } from './learn-place.ts'
import { hintsGiven, type Remembered, type useMemory } from './memory.ts'
import { SinceLastSave } from './since-last-save.tsx'
import type { Judging } from './use-judgement.ts'
import classes from './verdict.module.css'
import { HeadlineLine } from './verdict-headline.tsx'

export interface VerdictPanelProps {
  readonly entry: CatalogEntry
  readonly answer: string
  readonly judging: Judging
  /** What is remembered of the student's own file, if that is what is judged. */
  readonly remembered: Remembered | undefined
  readonly memory: ReturnType<typeof useMemory>
  /** The exercise after this one. */
  readonly next: CatalogEntry | undefined
  onAnswer(answer: string): void
}

export function VerdictPanel(props: VerdictPanelProps) {
  const { entry, answer, judging, remembered } = props
  const { judgement, refusal, progress, isPending } = judging
  const refused = refusal ?? judgement?.refused
  const headline = headlineOf(judging)
  return (
    <div className={classes.panel}>
      <AnswerChooser {...props} />
      <div className={classes.head} data-tone={headline.tone}>
        <HeadlineLine headline={headline} />
        <Progress
          className={classes.progress}
          value={
            isPending && progress !== undefined ? (progress.done / Math.max(1, progress.total)) * 100 : 0
          }
          size={3}
          data-shown={isPending}
          aria-hidden
        />
      </div>
      {/* Told once when it is done, not at every step. */}
      <VisuallyHidden aria-live="polite">{isPending ? '' : headline.text}</VisuallyHidden>
      <div className={classes.body} data-stale={isPending}>
        {remembered !== undefined && !isPending && (
          <SinceLastSave exercise={entry.name} remembered={remembered} />
        )}
        {refused !== undefined && <RefusalNotice refusal={refused} />}
        {judgement?.verdict !== undefined &&
          (judgement.holds ? (
            <Holding {...props} judgement={judgement} />
          ) : (
            <Failing {...props} judgement={judgement} />
          ))}
        {answer === 'yours' && !isPending && (
          <p className={classes.quiet}>The file is judged again whenever you save it.</p>
        )}
      </div>
    </div>
  )
}

function AnswerChooser({ entry, answer, onAnswer }: VerdictPanelProps) {
  const [starter, solution, ...mistakes] = entry.answers
  const own = entry.content === undefined ? [] : [{ value: 'yours', label: `your file: ${entry.file}` }]
  return (
    <NativeSelect
      size="xs"
      label="What is judged"
      value={answer}
      onChange={event => onAnswer(event.currentTarget.value)}
      data={[
        ...own,
        { value: starter!, label: 'the starter' },
        { value: solution!, label: 'the model answer' },
        { group: 'Known mistakes', items: mistakes.map(name => ({ value: name, label: name })) },
      ]}
    />
  )
}

function Holding({ entry, answer, next, judgement }: VerdictPanelProps & { judgement: Judgement }) {
  return (
    <>
      <Facts>
        <Fact name="It holds">{entry.goal}</Fact>
        <Tried judgement={judgement} />
      </Facts>
      {answer === 'yours' && (
        <p className={classes.after}>
          <a href={writeHash({ exercise: entry.name, show: 'solution' })}>Compare it with the model answer</a>
          {next !== undefined && (
            <a href={writeHash({ exercise: next.name, show: 'task' })}>
              Next: {next.number} {next.title}
            </a>
          )}
        </p>
      )}
    </>
  )
}

function Failing({ entry, answer, memory, judgement }: VerdictPanelProps & { judgement: Judgement }) {
  const { diagnosis, verdict } = judgement
  const isJudged = verdict!.counterexamples[0]?.trouble === undefined
  const mistake = diagnosis?.kind === 'known' ? diagnosis.mistakes[0]! : ''
  return (
    <>
      <BrokenGuarantees exercise={entry} answer={answer} judgement={judgement}>
        {diagnosis !== undefined && isJudged && (
          <DiagnosisCard
            diagnosis={diagnosis}
            given={hintsGiven(memory.memory, entry.name, mistake)}
            onHint={() => memory.giveHint(entry.name, mistake)}
          />
        )}
      </BrokenGuarantees>
      <Facts>
        <Tried judgement={judgement} />
      </Facts>
    </>
  )
}

function Tried({ judgement: { holds, verdict, realMs } }: { judgement: Judgement }) {
  const { coverage, survey } = verdict!
  return (
    <Fact name="Tried">
      {sayCoverage(coverage, survey)}
      {holds && ' Nothing broke.'}{' '}
      <span className={classes.quiet}>
        {plural(coverage.runs, 'run')} in {formatTime(realMs)}.
      </span>
    </Fact>
  )
}
