/**
 * Where the instances are: one small file for each in a folder that all processes share, as a registry or DNS would have it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

export function openAddresses(folder: string): Addresses {
  mkdirSync(folder, { recursive: true })
  const fileOf = (name: string) => join(folder, `${name}.json`)
  return {
    announce(address) {
      // Renamed into place: a reader sees the old or the new file, never half of one.
      const temporary = join(folder, `${address.name}.${process.pid}.tmp`)
      writeFileSync(temporary, JSON.stringify(address))
      renameSync(temporary, fileOf(address.name))
    },
    withdraw: name => rmSync(fileOf(name), { force: true }),
    all: () =>
      readdirSync(folder)
        .filter(file => file.endsWith('.json'))
        .sort()
        .flatMap(file => {
          const read = Address.safeParse(readJson(join(folder, file)))
          return read.success ? [read.data] : []
        }),
  }
}

/** Undefined when the file has gone or is no JSON: whoever it tells of cannot be reached by it. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
