/**
 * Seeded chance: numbers drawn from a text (stable when other things change) and streams of numbers (for Math.random).
 */

/** A 32-bit hash of seed and text: FNV-1a over UTF-16 units, finished with MurmurHash3's mixer. */
export function hash32(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A number from 0 (inclusive) to 1 (exclusive) that depends on nothing but seed and text. */
export function drawAt(seed: number, text: string): number {
  return hash32(seed, text) / 4294967296
}

/** An endless stream of numbers from 0 to 1: sfc32 (Chris Doty-Humphrey, PractRand), seeded from a text. */
export function createRandom(seed: number, text: string): () => number {
  let a = hash32(seed, `${text}/a`)
  let b = hash32(seed, `${text}/b`)
  let c = hash32(seed, `${text}/c`)
  let counter = 1
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }
  for (let round = 0; round < 12; round++) next()
  return next
}
