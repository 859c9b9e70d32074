import { describe, expect, it } from 'vitest'
import { runOf } from '../axis/run-of.ts'
import { faultBehind, laneFactsOf, lanesOf } from './lanes.ts'

const window = (kind: 'fault.begin' | 'fault.end', t: number, fault: string, service: string) => ({
  kind,
  t,
  fault,
  service,
})
const started = (t: number, process: string, incarnation = 1) => ({
  kind: 'process.start' as const,
  t,
  process,
  incarnation,
})
const crashed = (t: number, process: string) => ({
  kind: 'process.crash' as const,
  t,
  process,
  incarnation: 1,
  reason: 'crash',
})

describe('rows', () => {
  it('are Kafka, the services and the outside parties', () => {
    expect(lanesOf(runOf().topology).map(({ name }) => name)).toEqual(['kafka', 'relay', 'search', 'psp'])
  })
})

describe('a process', () => {
  const awayOf = (...drafts: Parameters<typeof runOf>) => laneFactsOf(runOf(...drafts)).get('search')!.away

  it('is down from its crash to its next start', () => {
    expect(awayOf(started(0, 'search'), crashed(10, 'search'), started(40, 'search', 2))).toEqual([
      { how: 'down', fromMs: 10, toMs: 40 },
    ])
  })

  it('that never comes back is down without an end', () => {
    expect(awayOf(crashed(10, 'search'))).toEqual([{ how: 'down', fromMs: 10, toMs: undefined }])
  })

  it('may be frozen', () => {
    const paused = { kind: 'process.pause' as const, t: 5, process: 'search' }
    const resumed = { kind: 'process.resume' as const, t: 9, process: 'search' }
    expect(awayOf(paused, resumed)).toEqual([{ how: 'paused', fromMs: 5, toMs: 9 }])
  })

  it('does not count as down when a second instance of it dies', () => {
    expect(awayOf(started(0, 'search'), started(5, 'search-2'), crashed(10, 'search-2'))).toEqual([])
  })
})

describe('parties and Kafka', () => {
  it('are away while a fault says so', () => {
    const facts = laneFactsOf(
      runOf(
        window('fault.begin', 5, 'down', 'psp'),
        window('fault.begin', 6, 'broker-down', 'kafka'),
        window('fault.begin', 7, 'slow', 'psp'),
        window('fault.end', 20, 'down', 'psp'),
      ),
    )
    expect(facts.get('psp')!.away).toEqual([{ how: 'down', fromMs: 5, toMs: 20 }])
    expect(facts.get('kafka')!.away).toEqual([{ how: 'down', fromMs: 6, toMs: undefined }])
  })
})

describe('strikes', () => {
  it('are kept with their site and their moment', () => {
    const site = 'search/deliver order-1/OrderPlaced#1'
    const facts = laneFactsOf(runOf({ kind: 'fault.strike', t: 3, process: 'search', fault: 'crash', site }))
    expect(facts.get('search')!.strikes).toEqual([{ seq: 1, t: 3, fault: 'crash', site }])
  })
})

describe('the fault behind a strike', () => {
  const struck = (fault: string, site: string) => ({ seq: 1, t: 0, fault, site })
  const faults = [
    { kind: 'down', service: 'search' },
    { kind: 'error', at: 'search/insert items#2', times: 3 },
    { kind: 'duplicate', service: 'search', rate: 0.2 },
  ]

  it('is the one at that site, at any of its visits', () => {
    expect(faultBehind(faults, struck('error', 'search/insert items#2'))).toBe(1)
    expect(faultBehind(faults, struck('error', 'search/insert items#4'))).toBe(1)
    expect(faultBehind(faults, struck('error', 'search/insert items#5'))).toBe(-1)
  })

  it('is the one that strikes the service at random', () => {
    expect(faultBehind(faults, struck('duplicate', 'search/deliver order-1/OrderPlaced#1'))).toBe(2)
    expect(faultBehind(faults, struck('duplicate', 'relay/deliver order-1/OrderPlaced#1'))).toBe(-1)
  })
})
