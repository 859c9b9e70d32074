/**
 * Learn: the exercises in order, and one of them with the verdict of the student's own file.
 */
import { Center, Container, Loader } from '@mantine/core'
import { usePlace } from '../shell/location.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import { ExerciseView } from './exercise-view.tsx'
import { readLearnPlace } from './learn-place.ts'
import { useMemory } from './memory.ts'
import { Overview } from './overview.tsx'
import { useCatalog } from './use-catalog.ts'

export default function LearnPage() {
  const place = readLearnPlace(usePlace())
  const { exercises, refusal } = useCatalog()
  const memory = useMemory()
  if (exercises === undefined) {
    return refusal === undefined ? (
      <Center mih="60vh">
        <Loader aria-label="Loading" />
      </Center>
    ) : (
      <Container py="xl">
        <RefusalNotice refusal={refusal} />
      </Container>
    )
  }
  if (place.exercise === undefined) return <Overview exercises={exercises} memory={memory.memory} />
  const entry = exercises.find(({ name }) => name === place.exercise)
  if (entry === undefined) {
    return (
      <Container py="xl">
        <RefusalNotice
          refusal={{
            sentence: `There is no exercise ${place.exercise.slice(0, 40)}.`,
            next: `There are ${exercises.map(({ name }) => name).join(', ')}.`,
          }}
        />
      </Container>
    )
  }
  return <ExerciseView key={entry.name} entry={entry} exercises={exercises} place={place} memory={memory} />
}
