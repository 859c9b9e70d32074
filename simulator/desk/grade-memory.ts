/**
 * How much memory groups of processes have in use, as the operating system counts it.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface MemoryWatch {
  /** @param onOver called once, when the group of this leader has come to use more */
  add(leader: number, limitMb: number, onOver: () => void): void
  remove(leader: number): void
}

/** Memory can be filled at a gigabyte a second; reading what Linux lays open takes a few milliseconds, starting `ps` some more. */
const LINUX = existsSync('/proc/self/status')
const LOOK_EVERY_MS = LINUX ? 100 : 400

export function watchMemory(): MemoryWatch {
  const watched = new Map<number, { readonly limitMb: number; readonly onOver: () => void }>()
  let isWatching = false

  async function look(): Promise<void> {
    const usedKb = LINUX ? readProc() : await askPs()
    for (const [leader, { limitMb, onOver }] of watched) {
      if ((usedKb.get(leader) ?? 0) <= limitMb * 1024) continue
      watched.delete(leader)
      onOver()
    }
    isWatching = watched.size > 0
    if (isWatching) setTimeout(() => void look(), LOOK_EVERY_MS)
  }

  return {
    add(leader, limitMb, onOver) {
      watched.set(leader, { limitMb, onOver })
      if (!isWatching) setTimeout(() => void look(), LOOK_EVERY_MS)
      isWatching = true
    },
    remove: leader => void watched.delete(leader),
  }
}

/** @returns kilobytes by process group */
function readProc(): Map<number, number> {
  const usedKb = new Map<number, number>()
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1')
      const kb = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
      const group = /^NSpgid:\s+(\d+)/m.exec(status)?.[1]
      if (kb !== undefined && group !== undefined) count(usedKb, Number(group), Number(kb))
    } catch {
      // It has ended meanwhile.
    }
  }
  return usedKb
}

function askPs(): Promise<Map<number, number>> {
  return new Promise(resolve => {
    execFile('ps', ['-A', '-o', 'pgid=,rss='], (_, stdout) => {
      const usedKb = new Map<number, number>()
      for (const line of stdout.trim().split('\n')) {
        const [group = '', kb = ''] = line.trim().split(/\s+/)
        count(usedKb, Number(group), Number(kb))
      }
      resolve(usedKb)
    })
  })
}

function count(usedKb: Map<number, number>, group: number, kb: number): void {
  usedKb.set(group, (usedKb.get(group) ?? 0) + kb)
}
