/**
 * `npm run docs`: writes what is generated: pages of docs/, and the signatures by which mistakes are recognised.
 */
import { writeFileSync } from 'node:fs'
import { lifecycle } from '#exercises/03-order-lifecycle/lifecycle.ts'
import { writeSignatures } from '#simulator/desk/write-signatures.ts'
import { documentFaults } from '#simulator/faults/document.ts'
import { writeDifferences } from '#simulator/kafka/differences-document.ts'
import { stateDiagram } from '#simulator/trace/state-diagram.ts'
import { documentFailureTables } from './table-document.ts'

writeFileSync(new URL('../../docs/faults.md', import.meta.url), documentFaults())
writeFileSync(new URL('../../docs/broker-differences.md', import.meta.url), writeDifferences())
writeFileSync(new URL('../../diagrams/order-lifecycle.mmd', import.meta.url), stateDiagram(lifecycle.config))
await writeSignatures()
writeFileSync(new URL('../../docs/failure-table.md', import.meta.url), await documentFailureTables())
