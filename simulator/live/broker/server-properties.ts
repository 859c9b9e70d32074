/**
 * The configuration of an Apache Kafka of one node, for development: reachable from this machine only.
 */
export interface ServerSettings {
  readonly port: number
  /** For the node's own controller (KRaft); no client uses it. */
  readonly controllerPort: number
  readonly dataFolder: string
}

/** The text of `server.properties`. Names and defaults: Kafka's documentation, "Broker Configs". */
export function serverProperties({ port, controllerPort, dataFolder }: ServerSettings): string {
  return lines({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': escapePath(dataFolder),
    // One node can keep one copy only.
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // Of 50 partitions each, as by default, the first consumer and the first transaction would wait until all are made.
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // A killed broker comes back only when the controller, which is itself, has given the old one up: by default after 9 seconds.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // By default a new group waits three seconds for further members.
    'group.initial.rebalance.delay.ms': 0,
  })
}

/** The text of `log4j2.xml`: everything to the process's output, which is the log file. */
export const LOGGING = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="warn">
  <Appenders>
    <Console name="out">
      <PatternLayout pattern="%d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %c{1}: %m%n"/>
    </Console>
  </Appenders>
  <Loggers>
    <Root level="info">
      <AppenderRef ref="out"/>
    </Root>
  </Loggers>
</Configuration>
`

/** In a properties file a backslash begins an escape; in paths of Windows it does not. */
function escapePath(path: string): string {
  return path.replaceAll('\\', '\\\\')
}

function lines(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
