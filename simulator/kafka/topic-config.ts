/**
 * What can be configured of a topic: Kafka's names and defaults, and which values it takes.
 */
import { notSupported, protocolError } from './protocol-errors.ts'

const MAX_LONG = '9223372036854775807'

/**
 * What an unset entry reads as: Kafka 4.1's defaults (org.apache.kafka.storage.internals.log.LogConfig), but for `retention.ms`:
 * here nothing is deleted by age unless a topic says so. The simulator acts on `retention.ms`,
 * `max.message.bytes` and `message.timestamp.after.max.ms`.
 */
export const DEFAULT_CONFIG: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.gzip.level': '-1',
  'compression.lz4.level': '9',
  'compression.type': 'producer',
  'compression.zstd.level': '3',
  'delete.retention.ms': '86400000',
  'file.delete.delay.ms': '60000',
  'flush.messages': MAX_LONG,
  'flush.ms': MAX_LONG,
  'follower.replication.throttled.replicas': '',
  'index.interval.bytes': '4096',
  'leader.replication.throttled.replicas': '',
  'local.retention.bytes': '-2',
  'local.retention.ms': '-2',
  'max.compaction.lag.ms': MAX_LONG,
  'max.message.bytes': '1048588',
  'message.timestamp.after.max.ms': '3600000',
  'message.timestamp.before.max.ms': MAX_LONG,
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'min.insync.replicas': '1',
  preallocate: 'false',
  'remote.log.copy.disable': 'false',
  'remote.log.delete.on.disable': 'false',
  'remote.storage.enable': 'false',
  'retention.bytes': '-1',
  'retention.ms': '-1',
  'segment.bytes': '1073741824',
  'segment.index.bytes': '10485760',
  'segment.jitter.ms': '0',
  'segment.ms': '604800000',
  'unclean.leader.election.enable': 'false',
}

/** Entries that may be -1 or less: for ever, without a limit, or as another entry says. */
const MAY_BE_NEGATIVE = /^(retention|local\.retention)\.|^compression\./
const WHOLE_NUMBER = /^-?\d+$/

/** @throws INVALID_CONFIG for a name or a value that Kafka does not take; log compaction is not supported by the simulator */
export function checkConfig(name: string, value: string): void {
  const byDefault = DEFAULT_CONFIG[name]
  if (byDefault === undefined) throw protocolError('INVALID_CONFIG')
  if (WHOLE_NUMBER.test(byDefault)) {
    if (!WHOLE_NUMBER.test(value)) throw protocolError('INVALID_CONFIG')
    if (Number(value) < 0 && !MAY_BE_NEGATIVE.test(name)) throw protocolError('INVALID_CONFIG')
  }
  if (byDefault === 'false' && value !== 'true' && value !== 'false') throw protocolError('INVALID_CONFIG')
  if (name === 'cleanup.policy' && value.includes('compact')) throw notSupported('log compaction')
}
