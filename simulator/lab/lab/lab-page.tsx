/**
 * Lab: a run, determined by the link; the flow beside what can be looked at, the player and its time below.
 */
import { Box, Center, Loader, VisuallyHidden } from '@mantine/core'
import { useMemo } from 'react'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { type Place, usePlace } from '../shell/location.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import classes from './lab.module.css'
import { type LabLink, readLabLink } from './lab-link.ts'
import { LabRoom } from './lab-room.tsx'
import { ScenarioChooser } from './scenario-chooser.tsx'
import { useRun } from './use-run.ts'

export default function LabPage() {
  const { path, query } = usePlace()
  const read = useMemo(() => readOrRefuse({ path, query }), [path, query])
  if ('refusal' in read) {
    return (
      <Box className={classes.notice}>
        <RefusalNotice refusal={read.refusal} />
      </Box>
    )
  }
  return (
    <>
      <VisuallyHidden component="h1">Lab</VisuallyHidden>
      <LinkedLab link={read.link} />
    </>
  )
}

function LinkedLab({ link }: { link: LabLink }) {
  const { scenario, plan, comparedWith } = link
  const shown = useRun({ scenario, plan })
  const other = useRun(comparedWith === undefined ? undefined : { scenario, plan: comparedWith })
  const { answered } = shown
  const refusal = shown.refusal ?? other.refusal
  const notice = refusal !== undefined && (
    <Box className={classes.notice}>
      <RefusalNotice refusal={refusal} />
    </Box>
  )
  if (answered !== undefined) {
    const { run, request } = answered
    return (
      <LabRoom {...{ link, request, run, notice }} other={other.answered?.run} isPending={shown.isPending} />
    )
  }
  return (
    <div className={classes.room}>
      <div>
        <div className={classes.top}>
          <ScenarioChooser scenario={scenario} />
        </div>
        {notice}
      </div>
      {refusal === undefined && (
        <Center>
          <Loader aria-label="The run is being executed" />
        </Center>
      )}
    </div>
  )
}

function readOrRefuse(place: Place): { link: LabLink } | { refusal: { sentence: string; next: string } } {
  try {
    return { link: readLabLink(place) }
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error
    return { refusal: { sentence: error.message, next: error.next } }
  }
}
