import { beforeAll, describe, expect, test } from 'vitest'
import { createMemoryEventStore } from '#simulator/event-store/memory.ts'
import { CATALOGUE, findFaultKind } from '#simulator/faults/catalogue.ts'
import { parseFault } from '#simulator/faults/plan.ts'
import { type Run, simulate } from '#simulator/scenario/simulate.ts'
import { known, type RecordOf, type RunRecord } from '#simulator/trace/records.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import { parseSite, siteName, withinWindow } from '#simulator/world/sites.ts'
import { createWorld } from '#simulator/world/world.ts'
import { FAILURE_MODES } from './failure-modes.ts'
import { createShop } from './shop.ts'
import { SHOP_TARGETS } from './targets.ts'

/** Faults of an event store that commits late or over a network; the shop's is SQLite, with its one writer. */
const NOT_IN_THE_SHOP = ['conflict', 'late-commit']

interface Shown {
  readonly trace: readonly RunRecord[]
  /** The lowest version in which an OrderPlaced is stored at the end: old data shows in no trace. */
  readonly oldestOrderPlaced: number
}

interface Lived extends Shown {
  readonly run: Run
}

const parse = (text: string) => parseFault(text, 'failure mode', SHOP_TARGETS)

async function live(faults: readonly string[]): Promise<Lived> {
  const trace: RunRecord[] = []
  let oldestOrderPlaced = Number.POSITIVE_INFINITY
  const plan = { seed: 1, faults: faults.map(parse) }
  const run = await simulate(createShop({ orders: 12 }), plan, {
    hash: false,
    onRecord: record => trace.push(known(record)),
    inspect(evidence) {
      const rows = evidence
        .database('orders')
        .prepare("SELECT metadata FROM events WHERE type = 'OrderPlaced'")
      for (const { metadata } of rows.all() as { metadata: string }[])
        oldestOrderPlaced = Math.min(oldestOrderPlaced, JSON.parse(metadata).version)
    },
  })
  return { run, trace, oldestOrderPlaced }
}

let happyPath: Lived
beforeAll(async () => {
  happyPath = await live([])
})

describe('the list', () => {
  test('begins with the happy path', () => {
    expect(FAILURE_MODES[0]).toEqual({ title: 'nothing fails', faults: [] })
    expect(FAILURE_MODES.filter(({ faults }) => faults.length === 0)).toHaveLength(1)
  })

  test('has every kind of fault that can touch the shop', () => {
    const shown = new Set(FAILURE_MODES.flatMap(({ faults }) => faults.map(text => parse(text).kind)))
    const missing = CATALOGUE.map(({ kind }) => kind).filter(
      kind => !shown.has(kind) && !NOT_IN_THE_SHOP.includes(kind),
    )
    expect(missing).toEqual([])
  })

  test('names each mode once', () => {
    const titles = FAILURE_MODES.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
  })
})

describe.each(FAILURE_MODES.map(mode => [mode.title, mode] as const))('%s', (_, { faults }) => {
  let lived: Lived | undefined
  const run = async () => {
    lived ??= await live(faults)
    return lived
  }
  const destroysData = faults.some(text => findFaultKind(parse(text).kind)?.destroysData === true)

  test(destroysData ? 'the loss is noticed' : 'every guarantee holds after healing', async () => {
    const { trouble, violations, holds } = (await run()).run
    expect(trouble).toBeUndefined()
    if (!destroysData) {
      expect(violations).toEqual([])
      expect(holds).toBe(true)
      return
    }
    expect(holds).toBe(false)
    expect(violations.length).toBeGreaterThan(0)
    for (const { guarantee, promise, outcome, message } of violations) {
      expect(guarantee).not.toBe('')
      expect(promise).toMatch(/\.$/)
      expect(['lost', 'stuck', 'diverged', 'stale', 'corrupt'], message).toContain(outcome)
    }
  })

  test.each(faults.map(text => [text] as const))('%s really happens in it', async text => {
    const fault = parse(text)
    const happens = HAPPENS[fault.kind]!
    expect(happens(await run(), fault)).toBe(true)
    expect(happens(happyPath, fault), 'on the happy path').toBe(false)
  })
})

describe('really happens, in a form that no failure mode shows:', () => {
  test.each([
    ['down:psp@300ms+5s'],
    ['pause:inventory/commit order-1/OrderPlaced?for=45s'],
    ['duplicate:inventory/deliver order-1/OrderPlaced?when=after-restart'],
    ['crash:relay/send order-2/OrderPlaced'],
    ['crash:orders@2s'],
    ['slow:orders@1s+5s?by=1s'],
    ['timeout-after:psp@0s+10s'],
    ['failing:psp@0s+3s'],
    ['clock-skew:payments@0s+60s?by=1h'],
    ['second-instance:inventory@1s+20s'],
    ['ack-lost:payments/send order-1/PaymentAuthorized'],
    ['rebalance:inventory@2s'],
    ['broker-down@1s+10s'],
  ])('%s', async text => {
    const fault = parse(text)
    const lived = await live([text])
    expect(lived.run.violations).toEqual([])
    expect(HAPPENS[fault.kind]!(lived, fault)).toBe(true)
    expect(HAPPENS[fault.kind]!(happyPath, fault), 'on the happy path').toBe(false)
  })
})

describe('in an event store that the shop does not use', () => {
  const event = { type: 'OrderPaid', data: {} }

  /** One writer appends to order-7 and, a little later, to order-8; a reader looks again and again. */
  async function write(faults: readonly string[]) {
    const trace: RunRecord[] = []
    const plan = faults.map(text => parseFault(text, 'fault', { ...SHOP_TARGETS }))
    const world = createWorld({ seed: 1, faults: plan, onRecord: record => trace.push(known(record)) })
    const store = createMemoryEventStore({ runtime: world.runtime })
    await world.enter(async () => {
      const append = (stream: string) =>
        store.appendToStream(stream, [event], { expectedStreamVersion: 0 }).catch(() => {})
      world.spawn({
        name: 'orders',
        start: async () => {
          const first = append('order-7')
          await new Promise(resolve => setTimeout(resolve, 100))
          await append('order-8')
          await first
        },
      })
      await world.settle()
    })
    return trace
  }

  test('conflict: another writer is first, and the append is refused', async () => {
    const refused = (trace: RunRecord[]) =>
      ofKind(trace, 'store.conflict').some(
        ({ stream, seq }) =>
          stream === 'order-7' &&
          ofKind(trace, 'store.append').some(append => append.stream === 'order-7' && append.seq < seq),
      )
    expect(refused(await write(['conflict:orders/append order-7']))).toBe(true)
    expect(refused(await write([]))).toBe(false)
  })

  test('late-commit: a lower position becomes visible after a higher one', async () => {
    const overtaken = (trace: RunRecord[]) =>
      ofKind(trace, 'store.visible').some(late =>
        ofKind(trace, 'store.append').some(
          early => early.visible && early.firstPosition > late.lastPosition && early.seq < late.seq,
        ),
      )
    expect(overtaken(await write(['late-commit:orders/append order-7?by=2s']))).toBe(true)
    expect(overtaken(await write([]))).toBe(false)
  })
})

/** By kind, whether the trace shows that the fault had its effect: more than that it struck. */
const HAPPENS: Record<string, (shown: Shown, fault: Fault) => boolean> = {
  crash({ trace }, fault) {
    const crash = ofKind(trace, 'process.crash').find(({ site, process, t }) =>
      fault.at === undefined ? process === fault.service && t === fault.from : site === fullSite(fault),
    )
    if (crash === undefined) return false
    const isBack = ofKind(trace, 'process.start').some(
      ({ process, incarnation, t }) =>
        process === crash.process &&
        incarnation === crash.incarnation + 1 &&
        t === crash.t + crash.restartInMs!,
    )
    if (fault.at === undefined || placeOf(fault).operation !== 'commit') return isBack
    const sameMoment = trace.filter(({ process, t }) => process === crash.process && t === crash.t)
    const committed = sameMoment.some(({ kind, seq }) => kind === 'db.commit' && seq === crash.cause)
    const undone = sameMoment.some(({ kind, seq }) => kind === 'db.rollback' && seq > crash.seq)
    return isBack && (fault.when === 'before' ? undone && !committed : committed && !undone)
  },

  down({ trace }, fault) {
    const { service } = fault
    if (SHOP_TARGETS.parties.includes(service!)) {
      const refused = ofKind(trace, 'http.failed').some(
        ({ to, error, t }) => to === service && error === 'ECONNREFUSED' && withinWindow(fault, t),
      )
      return refused && !ofKind(trace, 'party.did').some(did => did.party === service && within(fault, did))
    }
    const stopped = ofKind(trace, 'process.crash').some(
      ({ process, t }) => process === service && t === fault.from,
    )
    const silent = !trace.some(record => isBy(service, record) && isInside(fault, record))
    const isBack = ofKind(trace, 'process.start').some(
      ({ process, t }) => process === service && t === endOf(fault),
    )
    return stopped && silent && isBack
  },

  pause({ trace }, fault) {
    const service = fault.service ?? placeOf(fault).process
    const pause = ofKind(trace, 'process.pause').find(({ process }) => process === service)
    const resume = ofKind(trace, 'process.resume').find(({ process }) => process === service)
    if (pause === undefined || resume === undefined) return false
    // What it had begun goes on until it waits for something, and what it had sent by then arrives.
    const meanwhile = trace.filter(
      record => isBy(service, record) && record.t > pause.t + 10 && record.seq < resume.seq,
    )
    const goesOn = trace.some(record => isBy(service, record) && record.seq > resume.seq)
    return resume.t - pause.t === fault.for && meanwhile.length === 0 && goesOn
  },

  'clock-skew'({ trace }, fault) {
    const startAt = Date.UTC(2026, 0, 5, 9)
    const skews = ofKind(trace, 'kafka.append')
      .filter(({ producer, t }) => producer === fault.service && withinWindow(fault, t))
      .map(({ value, t }) => Date.parse(JSON.parse(value!).time) - (startAt + t))
    // A little is always lost between recording an event and sending it.
    return skews.length > 0 && skews.every(skew => skew <= fault.by! && skew > fault.by! - 2000)
  },

  'second-instance'({ trace }, fault) {
    const second = `${fault.service}-2`
    const starts = ofKind(trace, 'process.start').some(
      ({ process, t }) => process === second && t === fault.from,
    )
    const joined = ofKind(trace, 'kafka.group').some(
      ({ members }) =>
        members.length === 2 &&
        members.every(({ partitions }) => partitions.length > 0) &&
        members.some(({ process }) => process === second),
    )
    const producers = new Set(ofKind(trace, 'kafka.append').map(({ producer }) => producer))
    return starts && ((producers.has(second) && producers.has(fault.service!)) || joined)
  },

  'schema-change'({ trace }, fault) {
    const placed = ofKind(trace, 'kafka.append').filter(
      ({ topic, label }) => topic === 'order.events' && label.endsWith('/OrderPlaced'),
    )
    const version = ({ value }: { value: string | null }): number => JSON.parse(value!).version
    const old = Math.max(...placed.filter(({ t }) => t < fault.from!).map(version))
    return placed.some(message => message.t > fault.from! && version(message) > old)
  },

  'old-data'({ oldestOrderPlaced }) {
    return oldestOrderPlaced < happyPath.oldestOrderPlaced
  },

  duplicate({ trace }, fault) {
    const handed = new Map<string, RecordOf<'kafka.deliver'>>()
    const service = fault.service ?? placeOf(fault).process
    for (const deliver of ofKind(trace, 'kafka.deliver')) {
      if (deliver.group !== service) continue
      if (fault.at !== undefined && deliver.label !== placeOf(fault).subject) continue
      const first = handed.get(messageOf(deliver))
      handed.set(messageOf(deliver), first ?? deliver)
      if (first === undefined || !deliver.redelivery) continue
      const between = trace.filter(({ seq }) => seq > first.seq && seq < deliver.seq)
      const isHandled = ofKind(between, 'kafka.handled').some(
        handled => handled.group === service && messageOf(handled) === messageOf(first),
      )
      const restarts = ofKind(between, 'process.start').some(({ process }) => process === service)
      if (fault.when === 'at-once' && isHandled && !restarts) return true
      if (fault.when === 'concurrently' && !isHandled && !restarts) return true
      if (fault.when === 'after-restart' && isHandled && restarts) return true
      if (fault.when === 'later' && deliver.t - first.t >= 86_400_000) return true
    }
    return false
  },

  hold({ trace }, fault) {
    const { process, subject } = placeOf(fault)
    return ofKind(trace, 'kafka.deliver').some(deliver => {
      const append = trace[deliver.cause - 1]
      return deliver.process === process && deliver.label === subject && deliver.t - append!.t >= fault.by!
    })
  },

  'ack-lost'({ trace }, fault) {
    const { process, subject } = placeOf(fault)
    const append = ofKind(trace, 'kafka.append').find(
      ({ producer, label }) => producer === process && label === subject,
    )
    if (append === undefined) return false
    // It is in the log, but its sender does not write down that it is, until it has waited in vain and asked again.
    const next = ofKind(trace, 'db.commit').find(
      ({ process: by, writes, seq }) =>
        by === process && writes.includes('update outbox') && seq > append.seq,
    )
    return next !== undefined && next.t - append.t > 10_000
  },

  'lost-write'({ trace }, fault) {
    const { subject } = placeOf(fault)
    return (
      ofKind(trace, 'kafka.lost').some(({ label }) => label === subject) &&
      !ofKind(trace, 'kafka.append').some(({ label }) => label === subject)
    )
  },

  poison({ trace }, fault) {
    const { process, subject } = placeOf(fault)
    return ofKind(trace, 'kafka.append').some(
      ({ topic, label, seq }) =>
        topic === `dead.${process}` &&
        label === subject &&
        ofKind(trace, 'kafka.deliver').some(
          deliver => deliver.group === process && deliver.label === subject && deliver.seq < seq,
        ),
    )
  },

  'broker-down'({ trace }, fault) {
    const appends = ofKind(trace, 'kafka.append')
    return (
      appends.some(({ t }) => t < fault.from!) &&
      !appends.some(({ t }) => withinWindow(fault, t)) &&
      appends.some(({ t }) => t >= endOf(fault))
    )
  },

  disconnected({ trace }, fault) {
    const { service } = fault
    const answers = ofKind(trace, 'http.response').filter(({ from }) => from === service)
    const unanswered = ofKind(trace, 'http.failed').some(
      ({ to, t }) => to === service && withinWindow(fault, t),
    )
    const messages = [...ofKind(trace, 'kafka.append'), ...ofKind(trace, 'kafka.commit')].filter(
      ({ process }) => process === service,
    )
    const expelled = ofKind(trace, 'kafka.group').some(
      ({ group, members, t }) => group === service && members.length === 0 && withinWindow(fault, t),
    )
    const reached = [...answers, ...messages]
    return (
      unanswered &&
      expelled &&
      reached.some(({ t }) => t < fault.from!) &&
      !reached.some(record => isInside(fault, record)) &&
      reached.some(({ t }) => t >= endOf(fault))
    )
  },

  rebalance({ trace }, fault) {
    const group = fault.service ?? placeOf(fault).process
    const groups = ofKind(trace, 'kafka.group').filter(record => record.group === group)
    const begins = groups.find(
      ({ state, generation, t }) =>
        state === 'PreparingRebalance' && generation > 0 && (fault.from === undefined || t >= fault.from),
    )
    if (begins === undefined) return false
    const isStableAgain = groups.some(
      ({ state, generation, seq }) =>
        state === 'Stable' && generation > begins.generation && seq > begins.seq,
    )
    if (fault.at === undefined) return isStableAgain
    const { subject } = placeOf(fault)
    const handled = ofKind(trace, 'kafka.handled').find(
      record => record.group === group && record.label === subject,
    )
    const isMeanwhile = begins.t <= handled!.t && begins.seq < handled!.seq
    return isStableAgain && isMeanwhile
  },

  retention({ trace }, fault) {
    return ofKind(trace, 'kafka.retention').some(({ topic, partition, low, deleted, unreadBy }) => {
      const [group, unread] = Object.entries(unreadBy).find(([, unread]) => unread > 0) ?? ['', 0]
      const read = new Set(
        ofKind(trace, 'kafka.deliver')
          .filter(
            record => record.group === group && record.topic === topic && record.partition === partition,
          )
          .map(({ offset }) => offset),
      )
      const neverRead = Array.from({ length: low }, (_, offset) => offset).filter(offset => !read.has(offset))
      return topic === fault.service && deleted > 0 && unread > 0 && neverRead.length === unread
    })
  },

  error({ trace }, fault) {
    const { process, operation, subject } = placeOf(fault)
    const errors = ofKind(trace, 'db.error').filter(
      ({ database, statement }) => database === process && statement === operation,
    )
    const outcomes = ofKind(trace, 'kafka.handled')
      .filter(({ group, label }) => group === process && label === subject)
      .map(({ ok }) => ok)
    return (
      errors.length === fault.times &&
      outcomes.filter(ok => !ok).length === fault.times &&
      outcomes.at(-1) === true
    )
  },

  slow({ trace }, fault) {
    const delivers = ofKind(trace, 'kafka.deliver').filter(
      ({ group, t }) => group === fault.service && withinWindow(fault, t),
    )
    const requests = ofKind(trace, 'http.request').filter(
      ({ to, t }) => to === fault.service && withinWindow(fault, t),
    )
    // The window may close while the last one is on its way.
    const isSlow = (record: RunRecord, done: RunRecord | undefined) =>
      done === undefined || done.t - record.t >= fault.by! || record.t >= endOf(fault) - 100
    return (
      delivers.length + requests.length > 0 &&
      delivers.every(deliver => isSlow(deliver, handledAfter(trace, deliver))) &&
      requests.every(request => isSlow(request, responseTo(trace, request)))
    )
  },

  failing({ trace }, fault) {
    const requests = ofKind(trace, 'http.request').filter(
      ({ to, t }) => to === fault.service && withinWindow(fault, t) && t < endOf(fault) - 100,
    )
    return (
      requests.length > 0 &&
      requests.every(request => {
        const response = responseTo(trace, request)
        const isDone = ofKind(trace, 'party.did').some(({ cause }) => cause === request.seq)
        return response?.kind === 'http.response' && response.status === fault.status && !isDone
      })
    )
  },

  'timeout-after'({ trace }, fault) {
    return ofKind(trace, 'party.did').some(did => {
      const request = trace[did.cause - 1]
      if (did.party !== fault.service || request?.kind !== 'http.request' || !within(fault, request))
        return false
      const gaveUp = ofKind(trace, 'http.failed').some(
        ({ process, to, cause, seq }) =>
          process === request.process && to === fault.service && cause === request.cause && seq > did.seq,
      )
      const again = ofKind(trace, 'http.request').some(
        ({ subject, seq }) => subject === request.subject && seq > did.seq,
      )
      const times = ofKind(trace, 'party.did').filter(({ key }) => key === did.key).length
      return gaveUp && again && responseTo(trace, request) === undefined && times === 1
    })
  },

  'database-busy': ({ trace }, fault) => writesFail(trace, fault, 'SQLITE_BUSY'),
  'disk-full': ({ trace }, fault) => writesFail(trace, fault, 'SQLITE_FULL'),
}

test('there is a look for every kind of fault that can touch the shop', () => {
  const kinds = CATALOGUE.map(({ kind }) => kind).filter(kind => !NOT_IN_THE_SHOP.includes(kind))
  expect(Object.keys(HAPPENS).sort()).toEqual(kinds.sort())
})

/** Its writes fail within the window, not one succeeds, and none fails outside it. */
function writesFail(trace: readonly RunRecord[], fault: Fault, code: string): boolean {
  const errors = ofKind(trace, 'db.error').filter(
    record => record.process === fault.service && record.code === code,
  )
  const commits = ofKind(trace, 'db.commit').filter(record => record.process === fault.service)
  return (
    errors.length > 0 &&
    errors.every(record => within(fault, record)) &&
    !commits.some(record => within(fault, record)) &&
    commits.some(({ t }) => t >= endOf(fault))
  )
}

function ofKind<K extends RunRecord['kind']>(trace: readonly RunRecord[], kind: K): RecordOf<K>[] {
  return trace.filter((record): record is RecordOf<K> => record.kind === kind)
}

/** `inventory/deliver order-3/OrderPlaced` */
function placeOf(fault: Fault): { process: string; operation: string; subject: string } {
  const { base } = parseSite(fault.at ?? '')
  const [, process = '', operation = '', subject = ''] =
    /^([^/]+)\/(.*?)(?: ([^ ]+\/[^ ]+))?$/.exec(base) ?? []
  return { process, operation, subject }
}

function fullSite(fault: Fault): string {
  const { base, occurrence } = parseSite(fault.at!)
  return siteName(base, occurrence)
}

const endOf = (fault: Fault) => fault.from! + (fault.for ?? Number.POSITIVE_INFINITY)
const within = (fault: Fault, { t }: RunRecord) => withinWindow(fault, t)
/** Inside the window, but for what was on its way or happened at its very edges. */
const isInside = (fault: Fault, { t }: RunRecord) => t > fault.from! + 50 && t < endOf(fault)
/** Samples of its read model are taken by the harness. */
const isBy = (service: string | undefined, record: RunRecord) =>
  record.process === service && record.kind !== 'observe'
const messageOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
  `${topic}/${partition}@${offset}`

function handledAfter(trace: readonly RunRecord[], deliver: RecordOf<'kafka.deliver'>) {
  return ofKind(trace, 'kafka.handled').find(
    handled =>
      handled.group === deliver.group &&
      messageOf(handled) === messageOf(deliver) &&
      handled.seq > deliver.seq,
  )
}

/** The answer is caused by the request, or by what the far side did about it. */
function responseTo(trace: readonly RunRecord[], request: RunRecord): RunRecord | undefined {
  return ofKind(trace, 'http.response').find(response => {
    for (let cause = response.cause; cause >= request.seq; cause = trace[cause - 1]!.cause)
      if (cause === request.seq) return response.process === request.process
    return false
  })
}
