/**
 * Learn.
 */
import { Container, Title } from '@mantine/core'

export default function LearnPage() {
  return (
    <Container py="xl">
      <Title order={1}>Learn</Title>
    </Container>
  )
}
