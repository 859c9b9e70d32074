import { simulate } from '#simulator/scenario/simulate.ts'
import { shopLog } from '#simulator/shop/log-fold.ts'
import { createShop } from '#simulator/shop/shop.ts'

const n = Number(process.argv[2] ?? 12)
const faults = process.argv[3] ? JSON.parse(process.argv[3]) : []
const kinds = new Map<string, number>()
const t0 = process.hrtime.bigint()
const run = await simulate(
  createShop({ orders: n }),
  { seed: Number(process.argv[4] ?? 1), faults } as never,
  {
    onRecord: r => {
      const k = r.kind + ((r as any).topic ? ' ' + (r as any).topic : '')
      kinds.set(k, (kinds.get(k) ?? 0) + 1)
      if (process.env.VERBOSE) console.log(JSON.stringify(r).slice(0, 300))
      else if (
        r.kind === 'log' ||
        r.kind.startsWith('process') ||
        r.kind.startsWith('fault') ||
        (r as any).ok === false
      )
        console.log(JSON.stringify(r).slice(0, 300))
    },
  },
)
const ms = Number(process.hrtime.bigint() - t0) / 1e6
console.log(Object.fromEntries([...kinds].sort()))
console.log({ ...run, violations: run.violations.slice(0, 20) }, ms.toFixed(0) + 'ms')
