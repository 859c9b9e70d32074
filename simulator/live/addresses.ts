/**
 * Where the instances are: one small file for each in a folder that all processes share, as a registry or DNS would have it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Address = z.object({ name: z.string(), service: z.string(), pid: z.int(), url: z.url() })
export type Address = z.infer<typeof Address>

export interface Addresses {
  announce(address: Address): void
  withdraw(name: string): void
  /** All instances that have announced themselves, by name; one that was killed is still among them. */
  all(): readonly Address[]
}

/** Two changes of a folder within one tick of the file system's clock look like one. */
const TICK_MS = 100

export function openAddresses(folder: string): Addresses {
  mkdirSync(folder, { recursive: true })
  const fileOf = (name: string) => join(folder, `${name}.json`)
  /** Asked at every request, and the same for hours: read again only when something has changed in the folder. */
  let known: { readonly mtimeMs: number; readonly addresses: readonly Address[] } | undefined
  return {
    announce(address) {
      // Renamed into place: a reader sees the old or the new file, never half of one.
      const temporary = join(folder, `${address.name}.${process.pid}.tmp`)
      writeFileSync(temporary, JSON.stringify(address))
      renameSync(temporary, fileOf(address.name))
    },
    withdraw: name => rmSync(fileOf(name), { force: true }),
    all() {
      const mtimeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
      if (mtimeMs === undefined) return []
      if (known?.mtimeMs === mtimeMs) return known.addresses
      const addresses = readAll(folder)
      known = Date.now() - mtimeMs > TICK_MS ? { mtimeMs, addresses } : undefined
      return addresses
    },
  }
}

function readAll(folder: string): Address[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .flatMap(file => {
      const read = Address.safeParse(readJson(join(folder, file)))
      return read.success ? [read.data] : []
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** Undefined when the file has gone or is no JSON: whoever it tells of cannot be reached by it. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
