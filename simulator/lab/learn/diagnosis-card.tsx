/**
 * The mistake that an answer behaves like, with its hints, one at a time.
 */
import { Button } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { Judgement } from '../worker/protocol.ts'
import { Said } from './said.tsx'
import classes from './verdict.module.css'

export interface DiagnosisCardProps {
  readonly diagnosis: NonNullable<Judgement['diagnosis']>
  /** How many hints have been given. */
  readonly given: number
  onHint(): void
}

export function DiagnosisCard({ diagnosis, given, onHint }: DiagnosisCardProps) {
  const hints = diagnosis.mistake?.hints ?? []
  const shown = hints.slice(0, given)
  return (
    <section className={classes.diagnosis} aria-label="Diagnosis">
      <p>
        <Diagnosed diagnosis={diagnosis} />
      </p>
      {shown.length > 0 && (
        <ol className={classes.hints}>
          {shown.map((hint, index) => (
            <li key={hint}>
              <strong>Hint {index + 1}</strong>
              <Said>{hint}</Said>
            </li>
          ))}
        </ol>
      )}
      {shown.length < hints.length && (
        <Button size="xs" variant="default" onClick={onHint} leftSection={<IconBulb size={15} aria-hidden />}>
          {shown.length === 0 ? 'Give me a hint' : 'A clearer hint'} ({shown.length + 1} of {hints.length})
        </Button>
      )}
    </section>
  )
}

function Diagnosed({ diagnosis }: { diagnosis: DiagnosisCardProps['diagnosis'] }) {
  if (diagnosis.kind === 'known') {
    const { mistakes, mistake } = diagnosis
    return (
      <>
        This behaves like{' '}
        {mistakes.map((name, index) => (
          <Fragment key={name}>
            {index > 0 && ' or '}
            <strong>{name}</strong>
          </Fragment>
        ))}
        {mistakes.length > 1 && ', which do the same under every fault that was tried'}
        {mistake !== undefined && <Said>{`: ${mistake.explanation}`}</Said>}.
      </>
    )
  }
  const { nearest } = diagnosis
  return (
    <>
      This behaves like no mistake that is known here.
      {nearest.length > 0 && ' Nearest, but not the same: '}
      {nearest.map(({ mistake, likeness }, index) => (
        <Fragment key={mistake}>
          {index > 0 && ', '}
          <strong>{mistake}</strong> ({Math.min(99, Math.round(likeness * 100))} % alike)
        </Fragment>
      ))}
      {nearest.length > 0 && '.'}
    </>
  )
}
