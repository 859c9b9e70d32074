import { expect, test } from 'vitest'
import { simulate } from '#simulator/scenario/simulate.ts'
import { createShop } from '#simulator/shop/shop.ts'
import type { TraceRecord } from '#simulator/world/runtime.ts'
import { proposeFaults } from './fork.ts'

test('every proposed fault strikes, and leaves the run as it was up to about its record', async () => {
  const { records, run, topology } = await runShop()
  for (const kind of ['kafka.deliver', 'kafka.append', 'db.commit', 'http.request']) {
    const record = records.filter(other => other.kind === kind && isOfService(other)).at(12)!
    const proposals = proposeFaults({ records, sites: run.sites(), topology }, record.seq)
    expect(proposals.length).toBeGreaterThanOrEqual(2)
    for (const { fault } of proposals) {
      // Refuses a fault at a site the run never comes by.
      const again = await simulate(createShop({ orders: 4 }), { seed: 1, faults: [fault] })
      expect(again.unstruck).toEqual([])
    }
  }
  function isOfService({ process }: TraceRecord): boolean {
    return topology.services.some(({ name }) => name === process)
  }
})

test('there is nothing to propose before the first record, and little at a sample', async () => {
  const { records, run, topology } = await runShop()
  expect(proposeFaults({ records, sites: run.sites(), topology }, 0)).toEqual([])
  const settled = records.findIndex(({ kind }) => kind === 'settled') + 1
  expect(proposeFaults({ records, sites: run.sites(), topology }, settled)).toEqual([])
})

async function runShop() {
  const records: TraceRecord[] = []
  const shop = createShop({ orders: 4 })
  const services = shop.services.map(({ name, database = name }) => ({ name, database }))
  const topology = { services, topics: [], parties: [], readModels: [], guarantees: [] }
  const run = await simulate(shop, { seed: 1, faults: [] }, { onRecord: record => void records.push(record) })
  return { records, run, topology }
}
