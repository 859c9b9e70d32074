/**
 * A sign for each kind of fault.
 */
import {
  IconArrowsShuffle,
  IconBan,
  IconBolt,
  IconClockExclamation,
  IconCopy,
  IconDatabaseExclamation,
  IconDatabaseX,
  IconHourglass,
  IconMapPin,
  IconMessageOff,
  IconPlayerPause,
  IconPlugConnectedX,
  IconPower,
  IconRepeat,
  IconServerOff,
  type TablerIcon,
} from '@tabler/icons-react'

const ICONS: Readonly<Record<string, TablerIcon>> = {
  down: IconPower,
  slow: IconHourglass,
  failing: IconBan,
  'timeout-after': IconMessageOff,
  disconnected: IconPlugConnectedX,
  pause: IconPlayerPause,
  'second-instance': IconCopy,
  'database-busy': IconDatabaseExclamation,
  'disk-full': IconDatabaseX,
  'clock-skew': IconClockExclamation,
  crash: IconBolt,
  rebalance: IconArrowsShuffle,
  'broker-down': IconServerOff,
  duplicate: IconRepeat,
}

export function FaultIcon({ kind, size = 16 }: { kind: string; size?: number }) {
  const Icon = ICONS[kind] ?? IconMapPin
  return <Icon size={size} stroke={1.8} aria-hidden />
}
