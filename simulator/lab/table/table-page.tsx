/**
 * Failure tables that are measured while one looks on.
 */
import { Container } from '@mantine/core'
import { usePlace } from '../shell/location.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import { EXERCISES } from './answers.ts'
import { ExerciseTable } from './exercise-table.tsx'
import { FlowTable } from './flow-table.tsx'
import { FLOW, readTablePlace } from './table-place.ts'

export default function TablePage() {
  const place = readTablePlace(usePlace())
  if (place.table === FLOW) return <FlowTable place={place} />
  const exercise = EXERCISES.find(({ name }) => name === place.table)
  if (exercise !== undefined) return <ExerciseTable key={exercise.name} exercise={exercise} place={place} />
  return (
    <Container py="xl">
      <RefusalNotice
        refusal={{
          sentence: `There is no failure table of ${place.table.slice(0, 40)}.`,
          next: 'Open that of the order flow at #/table/flow and choose another from there.',
        }}
      />
    </Container>
  )
}
