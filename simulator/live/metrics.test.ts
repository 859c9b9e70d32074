import { describe, expect, test, vi } from 'vitest'
import type { GroupLag } from './group-lag.ts'
import { createMetrics } from './metrics.ts'

const lag = (messages: number): GroupLag[] => [
  { group: 'inventory', members: 2, partitions: [{ topic: 'order.events', partition: 1, messages }] },
  { group: 'search', members: 0, partitions: [] },
]

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Reads the text format strictly: a line that is none of it throws, as does a sample of a metric that was not announced.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
function parse(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true)
  const types = new Map<string, string>()
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    if (line === '' || /^# HELP [a-z_:][a-z0-9_:]* \S.*$/i.test(line)) continue
    const [, typed, type] =
      /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/i.exec(line) ?? []
    if (typed !== undefined) {
      expect(types.has(typed)).toBe(false)
      types.set(typed, type!)
      continue
    }
    const match = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/i.exec(line)
    if (match === null) throw new Error(`no line of the text format: ${line}`)
    const [, name, inner = '', value] = match
    const pairs = [...inner.matchAll(/([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gi)]
    expect(pairs.map(([pair]) => pair).join('')).toBe(inner)
    const metric = types.has(name!) ? name! : name!.replace(/_(bucket|sum|count)$/, '')
    expect(types.get(metric), line).toBeDefined()
    samples.push({
      name: name!,
      labels: Object.fromEntries(pairs.map(([, key, text]) => [key!, text!])),
      value: Number(value),
    })
  }
  return samples
}

const named = (samples: readonly Sample[], name: string) => samples.filter(sample => sample.name === name)

describe('the text for Prometheus', () => {
  test('is valid, whatever the labels hold', async () => {
    const metrics = createMetrics(async () => lag(3))
    metrics.request('orders', 'POST', 201, 12)
    metrics.message('a "quoted" \\ name\nin two lines', 'order.events', 'failed', 5)
    metrics.assigned('inventory-2', [{ topic: 'order.events', partition: 0 }])
    metrics.consumerGivenUp('search')
    metrics.restarted('search')
    const samples = parse(await metrics.text())
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    const one = (name: string) => named(samples, name)[0]
    expect(one('http_server_request_duration_seconds_sum')).toMatchObject({
      labels: { service: 'orders', method: 'POST', status: '201' },
      value: 0.012,
    })
    expect(one('kafka_consumer_message_duration_seconds_count')).toMatchObject({
      labels: { service: 'a \\"quoted\\" \\\\ name\\nin two lines', outcome: 'failed' },
      value: 1,
    })
    expect(one('kafka_consumer_given_up_total')).toMatchObject({ labels: { service: 'search' }, value: 1 })
    expect(one('service_restarts_total')).toMatchObject({ labels: { service: 'search' }, value: 1 })
    expect(one('process_cpu_seconds_total')).toBeDefined()
    expect(one('nodejs_eventloop_lag_seconds')).toBeDefined()
  })

  test('has the lag of every partition and the members of every group', async () => {
    const samples = parse(await createMetrics(async () => lag(3)).text())
    expect(named(samples, 'kafka_consumergroup_lag')).toMatchObject([
      { labels: { consumergroup: 'inventory', topic: 'order.events', partition: '1' }, value: 3 },
    ])
    expect(named(samples, 'kafka_consumergroup_members').map(({ value }) => value)).toEqual([2, 0])
    expect(named(samples, 'kafka_up')).toMatchObject([{ value: 1 }])
  })

  test('says nothing of a lag that nobody could ask for, and the rest all the same', async () => {
    let isDown = false
    const metrics = createMetrics(async () => (isDown ? Promise.reject(new Error('no broker')) : lag(3)))
    metrics.request('orders', 'GET', 200, 1)
    await metrics.text()
    isDown = true
    const samples = parse(await metrics.text())
    expect(named(samples, 'kafka_up')).toMatchObject([{ value: 0 }])
    expect(named(samples, 'kafka_consumergroup_lag')).toEqual([])
    expect(named(samples, 'http_server_request_duration_seconds_count')).toHaveLength(1)
  })

  test('does not wait for ever for a broker that does not answer, nor ask it again meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      let asked = 0
      let answer = (_: GroupLag[]) => {}
      const metrics = createMetrics(() => {
        asked++
        return new Promise(resolve => {
          answer = resolve
        })
      })
      const scrapes = [metrics.text(), metrics.text()]
      await vi.advanceTimersByTimeAsync(3_000)
      for (const text of await Promise.all(scrapes)) expect(named(parse(text), 'kafka_up')[0]?.value).toBe(0)
      const third = metrics.text()
      answer(lag(7))
      expect(named(parse(await third), 'kafka_consumergroup_lag')[0]?.value).toBe(7)
      expect(asked).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('is whole also for two who ask at the same time, at whatever moment the second comes', async () => {
    const metrics = createMetrics(async () => lag(3))
    for (let turns = 0; turns < 60; turns++) {
      const first = metrics.text()
      for (let turn = 0; turn < turns; turn++) await undefined
      const texts = await Promise.all([first, metrics.text()])
      for (const text of texts) expect(text).toContain('kafka_consumergroup_lag{consumergroup="inventory"')
    }
  })
})

test('the partitions an instance reads take the place of those it read before', async () => {
  const metrics = createMetrics(async () => [])
  const assigned = async () =>
    named(parse(await metrics.text()), 'kafka_consumer_assigned_partition').map(
      ({ labels }) => `${labels.instance} ${labels.topic}/${labels.partition}`,
    )
  const [zero, one] = [0, 1].map(partition => ({ topic: 'order.events', partition }))
  metrics.assigned('inventory', [zero!, one!])
  metrics.assigned('inventory-2', [one!])
  metrics.assigned('inventory', [zero!])
  expect(await assigned()).toEqual(['inventory-2 order.events/1', 'inventory order.events/0'])
  metrics.assigned('inventory', [])
  expect(await assigned()).toEqual(['inventory-2 order.events/1'])
})
