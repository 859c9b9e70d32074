/**
 * Node's `crypto` as far as it exists inside the simulation: chance, which belongs to the run while there is one, and hashes.
 */
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'

const HASHES = { md5, sha1, sha256, sha512 }

export function randomUUID(): string {
  return globalThis.crypto.randomUUID()
}

export function randomBytes(size: number): Buffer {
  return Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(size)))
}

export function randomInt(first: number, second?: number): number {
  const [min, max] = second === undefined ? [0, first] : [first, second]
  return min + Math.floor(Math.random() * (max - min))
}

/** @throws Error for an algorithm that is not md5, sha1, sha256 or sha512 */
export function createHash(algorithm: string) {
  const hash = HASHES[algorithm as keyof typeof HASHES]?.create()
  if (hash === undefined) throw new Error(`${algorithm} is not available in the page.`)
  return {
    update(data: string | Uint8Array) {
      hash.update(typeof data === 'string' ? Buffer.from(data) : data)
      return this
    },
    digest(encoding?: BufferEncoding) {
      const digest = Buffer.from(hash.digest())
      return encoding === undefined ? digest : digest.toString(encoding)
    },
  }
}

export default { randomUUID, randomBytes, randomInt, createHash }
