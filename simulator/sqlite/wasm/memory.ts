/**
 * WebAssembly memory as the engine uses it: text and bytes in and out.
 */
import type { CFunctions, Pointer } from './library.ts'

type Heap = Pick<CFunctions, 'sqlite3_malloc' | 'sqlite3_free'>

/** What is written here is overwritten by the next text: SQLite must have copied it by then. */
const SCRATCH_BYTES = 65_536
/** Up to these lengths a loop over characters was measured to be quicker than the platform's encoder and decoder. */
const SHORT_TO_WRITE = 24
const SHORT_TO_READ = 8

export class Memory {
  /** Two words for what C functions return through pointers. */
  readonly out: Pointer
  readonly #memory: WebAssembly.Memory
  readonly #heap: Heap
  readonly #encoder = new TextEncoder()
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #view: Uint8Array<ArrayBuffer>
  #scratch: Pointer
  #capacity = SCRATCH_BYTES

  constructor(memory: WebAssembly.Memory, heap: Heap) {
    this.#memory = memory
    this.#heap = heap
    this.out = this.allocate(8)
    this.#scratch = this.allocate(SCRATCH_BYTES)
    this.#view = new Uint8Array(memory.buffer as ArrayBuffer)
  }

  /** All of it. Not to be kept: the memory moves when it grows. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#view.length === 0) this.#view = new Uint8Array(this.#memory.buffer as ArrayBuffer)
    return this.#view
  }

  /** Where `writeText` and `writeBytes` have put it. */
  get scratch(): Pointer {
    return this.#scratch
  }

  pointerAt(address: Pointer): Pointer {
    const { bytes } = this
    return (
      bytes[address]! | (bytes[address + 1]! << 8) | (bytes[address + 2]! << 16) | (bytes[address + 3]! << 24)
    )
  }

  /** Writes UTF-8 and a terminating zero to `scratch`. @returns its length without the zero */
  writeText(text: string): number {
    const { length } = text
    if (length * 3 >= this.#capacity) this.#growScratch(length * 3 + 1)
    const { bytes } = this
    const start = this.#scratch
    if (length <= SHORT_TO_WRITE) {
      let index = 0
      while (index < length) {
        const code = text.charCodeAt(index)
        if (code > 127) break
        bytes[start + index++] = code
      }
      if (index === length) {
        bytes[start + length] = 0
        return length
      }
    }
    const { written } = this.#encoder.encodeInto(text, bytes.subarray(start, start + this.#capacity))
    bytes[start + written] = 0
    return written
  }

  writeBytes(data: ArrayBufferView): number {
    const { byteLength } = data
    if (byteLength > this.#capacity) this.#growScratch(byteLength)
    this.bytes.set(new Uint8Array(data.buffer, data.byteOffset, byteLength), this.#scratch)
    return byteLength
  }

  /** Memory of its own for a text, to be freed by the caller. */
  allocateText(text: string): Pointer {
    const encoded = this.#encoder.encode(text)
    const address = this.allocate(encoded.length + 1)
    const { bytes } = this
    bytes.set(encoded, address)
    bytes[address + encoded.length] = 0
    return address
  }

  readText(address: Pointer, size: number): string {
    const { bytes } = this
    if (size <= SHORT_TO_READ) {
      let text = ''
      for (let index = address; index < address + size; index++) {
        const code = bytes[index]!
        if (code > 127) return this.#decoder.decode(bytes.subarray(address, address + size))
        text += String.fromCharCode(code)
      }
      return text
    }
    return this.#decoder.decode(bytes.subarray(address, address + size))
  }

  /** A text that ends with a zero. */
  readString(address: Pointer): string {
    return this.readText(address, this.bytes.indexOf(0, address) - address)
  }

  readStringOrNull(address: Pointer): string | null {
    return address === 0 ? null : this.readString(address)
  }

  /** A copy. */
  readBytes(address: Pointer, size: number): Buffer {
    return Buffer.from(this.bytes.slice(address, address + size).buffer)
  }

  /** To be freed by the caller, or by SQLite where it takes it over. */
  allocate(size: number): Pointer {
    const address = this.#heap.sqlite3_malloc(size)
    if (address === 0) throw new Error('Out of memory')
    return address
  }

  #growScratch(size: number): void {
    this.#heap.sqlite3_free(this.#scratch)
    this.#capacity = Math.max(size, this.#capacity * 2)
    this.#scratch = this.allocate(this.#capacity)
  }
}
