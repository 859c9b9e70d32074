/**
 * `npm run docs`: writes the pages of docs/ that are generated.
 */
import { writeFileSync } from 'node:fs'
import { documentFaults } from '#simulator/faults/document.ts'

writeFileSync(new URL('../../docs/faults.md', import.meta.url), documentFaults())
