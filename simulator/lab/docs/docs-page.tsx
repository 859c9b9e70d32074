/**
 * Docs.
 */
import { Container, Title } from '@mantine/core'

export default function DocsPage() {
  return (
    <Container py="xl">
      <Title order={1}>Docs</Title>
    </Container>
  )
}
