/**
 * What is wrong, and what to do next.
 */
import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Refusal } from '../worker/protocol.ts'

export function RefusalNotice({ refusal }: { refusal: Pick<Refusal, 'sentence' | 'next'> }) {
  return (
    <Alert color="red" role="alert" title={refusal.sentence} icon={<IconAlertTriangle aria-hidden />}>
      <Text size="sm">{refusal.next}</Text>
    </Alert>
  )
}
