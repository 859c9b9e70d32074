import { parsePlan } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { PlannedFaults } from '#simulator/world/sites.ts'

const mode = process.argv[2]!
const n = Number(process.argv[3] ?? 12)
const part = Number(process.argv[4] ?? 0),
  parts = Number(process.argv[5] ?? 1)
const targets = {
  services: [
    'catalog',
    'orders',
    'relay',
    'payments',
    'inventory',
    'notifications',
    'search',
    'analytics',
    'gateway',
  ],
  parties: ['psp', 'mail'],
  topics: [],
}
async function go(faults: string[], seed = 1) {
  const label = faults.join(' & ') + ` seed ${seed}`
  try {
    const plan = parsePlan({ seed, faults }, 'x', targets)
    healed = false
    const t = Date.now()
    const run = await simulate(createShop({ orders: n }), plan, {
      hash: false,
      onRecord: r => {
        if (r.kind === 'heal') healed = true
      },
    })
    if (!run.holds) {
      bad++
      console.log(
        'BROKEN',
        label,
        run.trouble?.message ?? '',
        run.violations
          .slice(0, 4)
          .map(v => v.guarantee + ' ' + v.outcome + ': ' + v.message)
          .join(' | '),
      )
    }
    if (Date.now() - t > 5000) console.log('SLOW', label, Date.now() - t)
  } catch (error) {
    bad++
    console.log('THROWN', label, (error as Error).stack?.slice(0, 400))
  }
  runs++
}

import { Poison } from '#simulator/kafka/poison.ts'

let healed = false
const isSpoilt = Poison.prototype.isSpoilt
Poison.prototype.isSpoilt = function (a, b) {
  return !healed && isSpoilt.call(this, a, b)
}
let runs = 0,
  bad = 0
if (mode === 'windows') {
  for (const s of targets.services)
    for (const f of [
      `down:${s}@1s+30s`,
      `down:${s}@3s`,
      `pause:${s}@2s+60s`,
      `disconnected:${s}@2s+60s`,
      `database-busy:${s}@1s+10s`,
      `disk-full:${s}@2s+20s`,
      `clock-skew:${s}@0s+60s?by=-5s`,
      `clock-skew:${s}@2s+10s?by=2h`,
      `second-instance:${s}@0s`,
      `second-instance:${s}@2s+20s`,
      `slow:${s}@1s+30s?by=2s`,
      `slow:${s}@1s+60s?by=40s`,
      `crash:${s}@3s`,
      `rebalance:${s}@3s`,
    ]) {
      await go([f])
    }
  for (const p of targets.parties)
    for (const f of [
      `down:${p}@1s+60s`,
      `slow:${p}@1s+30s?by=8s`,
      `failing:${p}@1s+30s?status=503`,
      `failing:${p}@1s+30s?status=429&by=2s`,
      `failing:${p}@1s+30s?status=400`,
      `failing:${p}@1s+30s?status=402`,
      `timeout-after:${p}@1s+30s`,
      `timeout-after:${p}@0s?rate=0.3`,
    ])
      await go([f])
  for (const f of [
    'broker-down:kafka@2s+30s',
    'broker-down:kafka@0s+120s',
    'broker-down:kafka@3s',
    'schema-change:orders@2s',
  ])
    await go([f])
}
if (mode === 'rates') {
  for (const s of targets.services)
    for (const k of ['crash', 'duplicate', 'hold', 'ack-lost', 'pause', 'error'])
      for (const rate of [0.02, 0.1])
        for (const seed of [1, 2, 3]) {
          const whens =
            k === 'duplicate'
              ? ['at-once', 'concurrently', 'after-restart', 'later', 'other-owner']
              : k === 'crash'
                ? ['before', 'after']
                : ['']
          for (const w of whens) await go([`${k}:${s}=${rate}` + (w ? `?when=${w}` : '')], seed)
        }
}
const only = process.env.ONLY
if (mode === 'swarm') {
  let x = Number(process.argv[6] ?? 12345)
  const rnd = () => {
    x = (x * 1103515245 + 12345) & 0x7fffffff
    return x / 0x7fffffff
  }
  const pick = <T>(a: T[]) => a[Math.floor(rnd() * a.length)]!
  const svc = targets.services
  const gens = [
    () => `down:${pick([...svc, 'psp', 'mail'])}@${Math.floor(rnd() * 8)}s+${Math.floor(5 + rnd() * 60)}s`,
    () => `pause:${pick(svc)}@${Math.floor(rnd() * 8)}s+${Math.floor(5 + rnd() * 90)}s`,
    () => `disconnected:${pick(svc)}@${Math.floor(rnd() * 8)}s+${Math.floor(5 + rnd() * 90)}s`,
    () => `database-busy:${pick(svc)}@${Math.floor(rnd() * 8)}s+${Math.floor(2 + rnd() * 30)}s`,
    () => `disk-full:${pick(svc)}@${Math.floor(rnd() * 8)}s+${Math.floor(2 + rnd() * 30)}s`,
    () => `second-instance:${pick(svc)}@${Math.floor(rnd() * 8)}s+${Math.floor(5 + rnd() * 60)}s`,
    () => `crash:${pick(svc)}=${pick([0.01, 0.03, 0.1])}?when=${pick(['before', 'after'])}`,
    () =>
      `duplicate:${pick(svc)}=${pick([0.05, 0.2])}?when=${pick(['at-once', 'concurrently', 'after-restart', 'later', 'other-owner'])}`,
    () => `hold:${pick(svc)}=${pick([0.05, 0.2])}?by=${pick(['2s', '20s', '60s'])}`,
    () => `ack-lost:${pick(svc)}=${pick([0.03, 0.1])}`,
    () => `pause:${pick(svc)}=${pick([0.01, 0.03])}?for=40s`,
    () => `error:${pick(svc)}=${pick([0.03, 0.1])}`,
    () =>
      `failing:${pick(['psp', 'mail'])}@${Math.floor(rnd() * 8)}s+${Math.floor(5 + rnd() * 60)}s?status=${pick([400, 402, 403, 429, 500, 503])}`,
    () => `timeout-after:${pick(['psp', 'mail'])}@2s+20s`,
    () => `broker-down:kafka@${Math.floor(rnd() * 8)}s+${Math.floor(2 + rnd() * 60)}s`,
    () => `schema-change:orders@${Math.floor(rnd() * 8)}s`,
    () => `clock-skew:${pick(svc)}@0s+60s?by=-${pick(['5s', '2h'])}`,
  ]
  const until = Date.now() + 1000 * Number(process.env.SECONDS ?? 300)
  for (let i = 0; Date.now() < until; i++) {
    const k = 2 + Math.floor(rnd() * 4)
    await go(
      Array.from({ length: k }, () => pick(gens)()),
      i,
    )
  }
}
if (mode === 'sites') {
  const sites = new Map<string, Set<string>>()
  const original = PlannedFaults.prototype.strikesAt
  PlannedFaults.prototype.strikesAt = function (base, occ, service, kinds, now) {
    if (!base.startsWith('operator') && !base.startsWith('shopper')) {
      const k = `${base}#${occ}`
      if (occ <= 2) sites.set(k, new Set([...(sites.get(k) ?? []), ...kinds]))
    }
    return original.call(this, base, occ, service, kinds, now)
  }
  await simulate(createShop({ orders: n }), { seed: 1, faults: [] }, { hash: false })
  PlannedFaults.prototype.strikesAt = original
  console.log(sites.size, 'sites')
  if (process.env.LIST) {
    const ops = new Map<string, number>()
    for (const [s, k] of sites) {
      const op = s.replace(/ order-\d+/g, ' order-N').replace(/#\d+/, '') + ' [' + [...k] + ']'
      ops.set(op, (ops.get(op) ?? 0) + 1)
    }
    console.log([...ops].map(([o, c]) => c + ' ' + o).join('\n'))
    process.exit()
  }
  let i = 0
  for (const [site, kinds] of sites) {
    if (i++ % parts !== part) continue
    const plans = [`crash:${site}?when=before`, `crash:${site}?when=after`, `pause:${site}`]
    for (const k of kinds) {
      if (k === 'duplicate')
        for (const w of ['at-once', 'concurrently', 'after-restart', 'later', 'other-owner'])
          plans.push(`duplicate:${site}?when=${w}`)
      else if (k === 'error') {
        if (site.includes('/request')) plans.push(`error:${site}?status=500`)
        else if (/send/.test(site)) plans.push(`error:${site}`)
        else plans.push(`error:${site}?when=busy`, `error:${site}?when=io&times=8`)
      } else if (k !== 'lost-write') plans.push(`${k}:${site}`)
    }
    for (const p of plans) if (!only || p.startsWith(only)) await go([p])
  }
}
console.log({ runs, bad })
