import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Explanation } from '#simulator/explore/explain.ts'
import { compileSlot } from './compile.ts'
import { sourcePlaces, withSourceLines } from './source-lines.ts'

test('places in compiled code become lines of the source, and what is not in it has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'source-lines-'))
  try {
    const source =
      'interface Gone { a: string }\n\nexport function fail(): never {\n  throw new Error(String(1))\n}\n'
    await writeFile(join(folder, 'slot.ts'), source)
    const slot = await compileSlot(join(folder, 'slot.ts'), folder)
    const lines = slot.code.split('\n')
    const line = lines.findIndex(text => text.includes('new Error')) + 1
    expect(line).toBeGreaterThan(4)
    const error = { process: 'inventory', error: 'Error: 1', times: 1, sentence: '' }
    const at = `slot.ts:${line}:${lines[line - 1]!.indexOf('new Error') + 1}`
    const explanation = {
      errors: [{ ...error, at }, { ...error, at: 'elsewhere.ts:1:1' }, error],
    } as unknown as Explanation
    expect(withSourceLines(explanation, slot).errors).toEqual([{ ...error, at: 'slot.ts:4' }, error, error])
    expect(sourcePlaces(slot)[line - 1]).toBe('slot.ts:4')
    expect(sourcePlaces(slot)[0]).toBe('')
  } finally {
    await rm(folder, { recursive: true })
  }
})
