import { parsePlan } from '#simulator/faults/plan.ts'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import { PlannedFaults } from '#simulator/world/sites.ts'
const mode = process.argv[2]!
const n = Number(process.argv[3] ?? 12)
const part = Number(process.argv[4] ?? 0), parts = Number(process.argv[5] ?? 1)
const targets = { services: ['catalog','orders','relay','payments','inventory','notifications','search','analytics','gateway'], parties: ['psp','mail'], topics: [] }
async function go(faults: string[], seed = 1) {
  const label = faults.join(' & ') + ` seed ${seed}`
  try {
    const plan = parsePlan({ seed, faults }, 'x', targets)
    const t = Date.now()
    const run = await simulate(createShop({ orders: n }), plan, { hash: false })
    if (!run.holds) { bad++; console.log('BROKEN', label, run.trouble?.message ?? '', run.violations.slice(0, 4).map(v => v.guarantee + ' ' + v.outcome + ': ' + v.message).join(' | ')) }
    if (Date.now() - t > 5000) console.log('SLOW', label, Date.now() - t)
  } catch (error) { bad++; console.log('THROWN', label, (error as Error).stack?.slice(0, 400)) }
  runs++
}
let runs = 0, bad = 0
if (mode === 'windows') {
  for (const s of targets.services) for (const f of [`down:${s}@1s+30s`, `down:${s}@3s`, `pause:${s}@2s+60s`, `disconnected:${s}@2s+60s`, `database-busy:${s}@1s+10s`, `disk-full:${s}@2s+20s`, `clock-skew:${s}@0s+60s?by=-5s`, `clock-skew:${s}@2s+10s?by=2h`, `second-instance:${s}@0s`, `second-instance:${s}@2s+20s`, `slow:${s}@1s+30s?by=2s`, `slow:${s}@1s+60s?by=40s`, `crash:${s}@3s`, `rebalance:${s}@3s`])
    { await go([f]) }
  for (const p of targets.parties) for (const f of [`down:${p}@1s+60s`, `slow:${p}@1s+30s?by=8s`, `failing:${p}@1s+30s?status=503`, `failing:${p}@1s+30s?status=429&by=2s`, `failing:${p}@1s+30s?status=400`,`failing:${p}@1s+30s?status=402`, `timeout-after:${p}@1s+30s`, `timeout-after:${p}@0s?rate=0.3`]) await go([f])
  for (const f of ['broker-down:kafka@2s+30s', 'broker-down:kafka@0s+120s', 'broker-down:kafka@3s', 'schema-change:orders@2s']) await go([f])
}
if (mode === 'rates') {
  for (const s of targets.services) for (const k of ['crash', 'duplicate', 'hold', 'ack-lost', 'pause', 'error']) for (const rate of [0.02, 0.1]) for (const seed of [1, 2, 3]) {
    const whens = k === 'duplicate' ? ['at-once','concurrently','after-restart','later','other-owner'] : k === 'crash' ? ['before','after'] : ['']
    for (const w of whens) await go([`${k}:${s}=${rate}` + (w ? `?when=${w}` : '')], seed)
  }
}
if (mode === 'sites') {
  const sites = new Map<string, Set<string>>()
  const original = PlannedFaults.prototype.strikesAt
  PlannedFaults.prototype.strikesAt = function (base, occ, service, kinds, now) { if (!base.startsWith('operator') && !base.startsWith('shopper')) { const k = `${base}#${occ}`; if (occ <= 2) sites.set(k, new Set([...(sites.get(k) ?? []), ...kinds])) } return original.call(this, base, occ, service, kinds, now) }
  await simulate(createShop({ orders: n }), { seed: 1, faults: [] }, { hash: false })
  PlannedFaults.prototype.strikesAt = original
  console.log(sites.size, 'sites')
  if (process.env.LIST) { const ops = new Map<string, number>(); for (const [s, k] of sites) { const op = s.replace(/ order-\d+/g, ' order-N').replace(/#\d+/, '') + ' [' + [...k] + ']'; ops.set(op, (ops.get(op) ?? 0) + 1) } console.log([...ops].map(([o, c]) => c + ' ' + o).join('\n')); process.exit() }
  let i = 0
  for (const [site, kinds] of sites) {
    if (i++ % parts !== part) continue
    const plans = [`crash:${site}?when=before`, `crash:${site}?when=after`, `pause:${site}`]
    for (const k of kinds) {
      if (k === 'duplicate') for (const w of ['at-once','concurrently','after-restart','later','other-owner']) plans.push(`duplicate:${site}?when=${w}`)
      else if (k === 'error') { if (site.includes('/request')) plans.push(`error:${site}?status=500`); else if (/send/.test(site)) plans.push(`error:${site}`); else plans.push(`error:${site}?when=busy`, `error:${site}?when=io&times=8`) }
      else if (k !== 'lost-write') plans.push(`${k}:${site}`)
    }
    for (const p of plans) await go([p])
  }
}
console.log({ runs, bad })
