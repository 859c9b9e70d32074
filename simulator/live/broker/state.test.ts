import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type BrokerState,
  claimState,
  instances,
  keptLog,
  readState,
  removeState,
  stateFile,
  writeState,
} from './state.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-of-order-state-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const state = (instance: string): BrokerState => ({
  instance,
  kind: 'apache-kafka',
  version: '4.1.1',
  address: '127.0.0.1:9092',
  port: 9092,
  pid: 1,
  isDown: false,
})

test('every instance has its own file, and reads what was written', () => {
  writeState(state(''), folder)
  writeState({ ...state('test-1'), isDown: true }, folder)
  expect(readState('', folder)).toEqual(state(''))
  expect(readState('test-1', folder)).toEqual({ ...state('test-1'), isDown: true })
  expect(instances(folder).sort()).toEqual(['', 'test-1'])
  removeState('test-1', folder)
  expect(readState('test-1', folder)).toBeUndefined()
  expect(readState('', folder)).toEqual(state(''))
})

test('the logs that are kept are no instances', () => {
  writeFileSync(keptLog('x', folder), '')
  expect(instances(folder)).not.toContain('x')
  expect(instances(join(folder, 'nowhere'))).toEqual([])
})

test('of two that claim an instance one gets it', () => {
  expect(claimState(state('claimed'), folder)).toBe(true)
  expect(claimState({ ...state('claimed'), pid: 2 }, folder)).toBe(false)
  expect(readState('claimed', folder)?.pid).toBe(1)
})

test('a file that is broken or of another version counts as none, and is in nobody’s way', () => {
  for (const text of ['{', '{"instance":"broken","kind":"rabbit"}']) {
    writeFileSync(stateFile('broken', folder), text)
    expect(readState('broken', folder)).toBeUndefined()
    expect(claimState(state('broken'), folder)).toBe(true)
    expect(readState('broken', folder)).toEqual(state('broken'))
  }
})
