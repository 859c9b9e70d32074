/**
 * Lab.
 */
import { Container, Title } from '@mantine/core'

export default function LabPage() {
  return (
    <Container py="xl">
      <Title order={1}>Lab</Title>
    </Container>
  )
}
