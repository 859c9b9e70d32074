import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Address, openAddresses } from './addresses.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'out-of-order-addresses-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const address = (name: string, port = 4000): Address => ({
  name,
  service: name.replace(/-\d$/, ''),
  pid: process.pid,
  url: `http://127.0.0.1:${port}`,
})

/** As if nothing had happened in the folder for a while, so that what was read of it may be kept. */
const letItRest = () => utimesSync(folder, new Date(0), new Date(0))

test('instances that have announced themselves are found by all, in the order of their names', () => {
  const here = openAddresses(folder)
  const there = openAddresses(folder)
  here.announce(address('orders'))
  there.announce(address('inventory-2'))
  there.announce(address('inventory'))
  expect(here.all()).toEqual([address('inventory'), address('inventory-2'), address('orders')])
  expect(there.all()).toEqual(here.all())
})

test('one that starts again is at its new address, one that has withdrawn is nowhere', () => {
  const addresses = openAddresses(folder)
  addresses.announce(address('orders', 4000))
  expect(addresses.all()).toEqual([address('orders', 4000)])
  addresses.announce(address('orders', 4001))
  expect(addresses.all()).toEqual([address('orders', 4001)])
  addresses.withdraw('orders')
  addresses.withdraw('orders')
  expect(addresses.all()).toEqual([])
})

test('what was read is kept while nothing changes, and no longer', () => {
  const addresses = openAddresses(folder)
  addresses.announce(address('orders'))
  letItRest()
  const first = addresses.all()
  expect(addresses.all()).toBe(first)
  openAddresses(folder).announce(address('search'))
  expect(addresses.all()).toHaveLength(2)
  openAddresses(folder).withdraw('orders')
  expect(addresses.all()).toEqual([address('search')])
})

test('two changes within one tick of the file system’s clock are seen, though it shows one time for both', () => {
  const addresses = openAddresses(folder)
  const now = new Date()
  for (let port = 1; port < 20; port++) {
    addresses.announce(address('orders', port))
    utimesSync(folder, now, now)
    expect(addresses.all()).toEqual([address('orders', port)])
  }
})

test('an announcement is there as a whole or not at all, and leaves nothing else behind', () => {
  const addresses = openAddresses(folder)
  addresses.announce(address('orders'))
  expect(readdirSync(folder)).toEqual(['orders.json'])
})

test('files that tell of no instance are passed over', () => {
  const addresses = openAddresses(folder)
  addresses.announce(address('orders'))
  const rubbish = {
    half: '{"name":"half","serv',
    text: 'orders',
    list: '[]',
    nameless: '{"pid":1}',
    empty: '',
  }
  for (const [name, text] of Object.entries(rubbish)) writeFileSync(join(folder, `${name}.json`), text)
  writeFileSync(join(folder, 'nowhere.json'), JSON.stringify({ ...address('nowhere'), url: 'no address' }))
  writeFileSync(join(folder, 'orders.123.tmp'), JSON.stringify(address('ghost')))
  expect(addresses.all()).toEqual([address('orders')])
})

test('a folder that was deleted has no instances', () => {
  const addresses = openAddresses(folder)
  rmSync(folder, { recursive: true })
  expect(addresses.all()).toEqual([])
})
