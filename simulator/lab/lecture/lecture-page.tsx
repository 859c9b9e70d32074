/**
 * Lecture.
 */
import { Container, Title } from '@mantine/core'

export default function LecturePage() {
  return (
    <Container py="xl">
      <Title order={1}>Lecture</Title>
    </Container>
  )
}
