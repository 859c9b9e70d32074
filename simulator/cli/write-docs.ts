/**
 * `npm run docs`: writes what is generated: pages of docs/, and the signatures by which mistakes are recognised.
 */
import { writeFileSync } from 'node:fs'
import { writeSignatures } from '#simulator/desk/write-signatures.ts'
import { documentFaults } from '#simulator/faults/document.ts'
import { writeDifferences } from '#simulator/kafka/differences-document.ts'
import { documentFailureTables } from './table-document.ts'

writeFileSync(new URL('../../docs/faults.md', import.meta.url), documentFaults())
writeFileSync(new URL('../../docs/broker-differences.md', import.meta.url), writeDifferences())
await writeSignatures()
writeFileSync(new URL('../../docs/failure-table.md', import.meta.url), await documentFailureTables())
