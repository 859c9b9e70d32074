import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { clearStateFolder, openStateFolder } from './state-folder.ts'

let root: string
let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'out-of-order-state-'))
  folder = join(root, 'deep', 'state')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

function refusal(action: () => unknown): WorkbenchError {
  try {
    action()
  } catch (error) {
    if (error instanceof WorkbenchError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Another process that runs `code` with the folder as `state`, and then does nothing until it is killed. */
async function startProcess(code: string): Promise<ChildProcess> {
  const script = `
    import { openStateFolder } from '#simulator/live/state-folder.ts'
    const state = openStateFolder(${JSON.stringify(folder)})
    ${code}
    console.log('done')
    setInterval(() => {}, 1000)
  `
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  return child
}

describe('a state folder', () => {
  test('is made with all folders above it, and says whose it is', () => {
    const { addressFolder } = openStateFolder(folder)
    expect(existsSync(addressFolder)).toBe(true)
    expect(readFileSync(join(folder, 'out-of-order.txt'), 'utf8')).toContain('npm run shop')
    expect(openStateFolder(folder).folder).toBe(folder)
  })

  test('may be an empty folder that is there already', () => {
    mkdirSync(folder, { recursive: true })
    expect(() => openStateFolder(folder)).not.toThrow()
  })

  test('is no folder with files of somebody else', () => {
    writeFileSync(join(root, 'thesis.txt'), 'years of work')
    const { code, message, next } = refusal(() => openStateFolder(root))
    expect(code).toBe('bad-state-folder')
    expect(message).toBe(`${root} holds something that is not the shop's: thesis.txt.`)
    expect(next).toContain('--state')
    expect(readdirSync(root)).toEqual(['thesis.txt'])
  })

  test('is no file, and lies below none', () => {
    const file = join(root, 'file')
    writeFileSync(file, 'text')
    for (const path of [file, join(file, 'below')]) {
      const { code, next } = refusal(() => openStateFolder(path))
      expect([code, next]).toEqual(['bad-state-folder', 'Choose another folder with --state.'])
    }
    expect(readFileSync(file, 'utf8')).toBe('text')
  })

  test('belongs to one cluster', () => {
    expect(openStateFolder(folder).boundTo()).toBeUndefined()
    openStateFolder(folder).bindTo('cluster-a')
    openStateFolder(folder).bindTo('cluster-a')
    expect(openStateFolder(folder).boundTo()).toBe('cluster-a')
    const { code, message, next } = refusal(() => openStateFolder(folder).bindTo('cluster-b'))
    expect(code).toBe('other-cluster')
    expect(message).toContain('cluster-a, and this is cluster-b')
    expect(next).toContain('--fresh')
  })
})

describe('a database', () => {
  test('is there again after it was closed, and can be looked at while it is written', () => {
    const state = openStateFolder(folder)
    expect(state.openDatabaseReadonly('orders')).toBeUndefined()
    const db = state.openDatabase('orders')
    db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    db.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (2)')
    const reader = state.openDatabaseReadonly('orders')!
    expect(reader.prepare('SELECT x FROM t').pluck().all()).toEqual([1])
    expect(() => reader.exec('DELETE FROM t')).toThrow('readonly')
    // Nor does whoever looks keep anybody from committing.
    const rows = reader.prepare('SELECT x FROM t').iterate()
    rows.next()
    db.exec('COMMIT')
    rows.return?.()
    reader.close()
    db.close()
    const again = state.openDatabase('orders')
    expect(again.prepare('SELECT x FROM t').pluck().all()).toEqual([1, 2])
    again.close()
  })

  test('keeps what was committed when its process is killed', async () => {
    const child = await startProcess(`
      const db = state.openDatabase('orders')
      db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1); BEGIN IMMEDIATE; INSERT INTO t VALUES (2)')
    `)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const db = openStateFolder(folder).openDatabase('orders')
    expect(db.prepare('SELECT x FROM t').pluck().all()).toEqual([1])
    db.close()
  })

  test('that is new can be opened by several processes at once, and each waits for the others’ commits', async () => {
    const code = `
      const db = state.openDatabase('inventory')
      db.exec('CREATE TABLE IF NOT EXISTS counter (value INTEGER); ')
      const count = db.transaction(() => {
        const value = db.prepare('SELECT value FROM counter').pluck().get()
        db.prepare(value === undefined ? 'INSERT INTO counter VALUES (?)' : 'UPDATE counter SET value = ?').run((value ?? 0) + 1)
      })
      for (let n = 0; n < 300; n++) count.immediate()
    `
    await Promise.all([startProcess(code), startProcess(code)])
    const db = openStateFolder(folder).openDatabase('inventory')
    expect(db.prepare('SELECT value FROM counter').pluck().all()).toEqual([600])
    db.close()
  })
})

describe('a lock', () => {
  test('is refused while somebody has it, in one sentence that says who and what to do', () => {
    const state = openStateFolder(folder)
    const unlock = state.lock('inventory')
    state.lock('orders')()
    const address = { name: 'inventory', service: 'inventory', pid: 42, url: 'http://127.0.0.1:4000' }
    writeFileSync(join(state.addressFolder, 'inventory.json'), JSON.stringify(address))
    const { code, message, next } = refusal(() => openStateFolder(folder).lock('inventory'))
    expect(code).toBe('instance-running')
    expect(message).toBe('inventory runs already on this database (process 42, http://127.0.0.1:4000).')
    expect(next).toContain('npm run shop -- inventory-2')
    unlock()
    openStateFolder(folder).lock('inventory')()
  })

  test('names the next free number of a second instance', () => {
    const state = openStateFolder(folder)
    const unlock = state.lock('inventory-2')
    expect(refusal(() => state.lock('inventory-2')).next).toContain('npm run shop -- inventory-3')
    unlock()
  })

  test('of another process is refused, and free as soon as that is killed', async () => {
    const child = await startProcess(`state.lock('inventory')`)
    const state = openStateFolder(folder)
    expect(refusal(() => state.lock('inventory')).code).toBe('instance-running')
    child.kill('SIGKILL')
    await once(child, 'exit')
    state.lock('inventory')()
  })

  test('that cannot be had for another reason says which', () => {
    const state = openStateFolder(folder)
    writeFileSync(join(state.addressFolder, 'inventory.lock'), 'this is no database at all')
    const { code, message } = refusal(() => state.lock('inventory'))
    expect(code).toBe('bad-state-folder')
    expect(message).toContain('not a database')
  })
})

describe('beginning anew', () => {
  test('deletes databases, addresses and the binding to a cluster, and nothing else', () => {
    const state = openStateFolder(folder)
    state.bindTo('cluster-a')
    state.lock('orders')()
    const db = state.openDatabase('orders')
    db.exec('CREATE TABLE t (x)')
    const { journalFile } = state
    const mine = [join(folder, 'notes.db'), join(folder, 'orders.csv'), join(root, 'orders.db')]
    for (const file of [journalFile, `${journalFile}-wal`, join(folder, 'run', 'orders.json'), ...mine])
      writeFileSync(file, 'text')
    db.close()
    clearStateFolder(folder, ['orders', 'inventory'])
    expect(readdirSync(folder).sort()).toEqual(['notes.db', 'orders.csv', 'out-of-order.txt', 'run'])
    expect(readdirSync(join(folder, 'run'))).toEqual(['orders.lock'])
    expect(mine.every(existsSync)).toBe(true)
    openStateFolder(folder).bindTo('cluster-b')
  })

  test('is refused while an instance runs, also a second one, and then deletes nothing', () => {
    const state = openStateFolder(folder)
    state.openDatabase('inventory').close()
    state.lock('inventory')()
    const unlock = state.lock('inventory-2')
    expect(refusal(() => clearStateFolder(folder, ['inventory'])).code).toBe('instance-running')
    expect(existsSync(join(folder, 'inventory.db'))).toBe(true)
    unlock()
    clearStateFolder(folder, ['inventory'])
    expect(existsSync(join(folder, 'inventory.db'))).toBe(false)
  })

  test('touches no folder that is not ours, whatever lies in it', () => {
    const files = ['orders.db', 'kafka.db', 'cluster.txt']
    for (const file of files) writeFileSync(join(root, file), 'somebody’s')
    expect(refusal(() => clearStateFolder(root, ['orders'])).code).toBe('bad-state-folder')
    expect(readdirSync(root).sort()).toEqual(files.sort())
  })

  test('of a folder that does not exist makes none', () => {
    clearStateFolder(folder, ['orders'])
    expect(existsSync(folder)).toBe(false)
  })
})
