import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clusterIdIn } from './kafka-process.ts'

test('a folder that was prepared says which cluster it belongs to, any other one says nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-order-test-'))
  expect(clusterIdIn(folder)).toBeUndefined()
  mkdirSync(join(folder, 'data'))
  const lines = ['#', '#Sat Nov 21 10:00:00 UTC 2026', 'cluster.id=ab_c-DE123', 'node.id=1', 'version=1', '']
  writeFileSync(join(folder, 'data', 'meta.properties'), lines.join('\n'))
  expect(clusterIdIn(folder)).toBe('ab_c-DE123')
  rmSync(folder, { recursive: true })
})
