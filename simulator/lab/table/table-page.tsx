/**
 * Table.
 */
import { Container, Title } from '@mantine/core'

export default function TablePage() {
  return (
    <Container py="xl">
      <Title order={1}>Table</Title>
    </Container>
  )
}
