/**
 * Whether the guarantees held, in a word; which did not, on demand.
 */
import { Badge, HoverCard, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react'
import type { RunResult } from '../worker/protocol.ts'

/** @param where which of two runs it is about */
export function VerdictBadge({ run, where }: { run: RunResult; where?: string }) {
  const { holds, violations, trouble, topology } = run
  const [color, Icon, word] =
    trouble !== undefined
      ? (['orange', IconAlertTriangle, 'not judged'] as const)
      : holds
        ? (['green', IconCheck, `${topology.guarantees.length} guarantees hold`] as const)
        : (['red', IconX, brokenInWords(run)] as const)
  return (
    <HoverCard width={420} position="bottom-end" withinPortal>
      <HoverCard.Target>
        <Badge
          component="button"
          type="button"
          size="lg"
          tt="none"
          color={color}
          autoContrast
          leftSection={<Icon size={15} aria-hidden />}
          style={{ flex: 'none' }}
        >
          {where === undefined ? word : `${where}: ${word}`}
        </Badge>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Stack gap="xs">
          {trouble !== undefined && <Text size="sm">{`${trouble.sentence} ${trouble.next}`}</Text>}
          {violations.map(({ guarantee, promise, outcome, message }) => (
            <div key={`${guarantee} ${message}`}>
              <Text size="sm" fw={600}>
                {outcome}: {promise}
              </Text>
              <Text size="sm">{message}</Text>
            </div>
          ))}
          {holds &&
            topology.guarantees.map(({ name, promise }) => (
              <Text key={name} size="sm">
                {promise}
              </Text>
            ))}
        </Stack>
      </HoverCard.Dropdown>
    </HoverCard>
  )
}

function brokenInWords({ violations, topology }: RunResult): string {
  const outcomes = [...new Set(violations.map(({ outcome }) => outcome))].join(', ')
  const broken = new Set(violations.map(({ guarantee }) => guarantee)).size
  return `${outcomes}: ${broken} of ${topology.guarantees.length} broken`
}
