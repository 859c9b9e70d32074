/**
 * The globals as KafkaJS and ordinary services find them in Node, before anything of theirs is loaded.
 */
import { Buffer } from 'buffer/index.js'
import { keepBodiesInMemory } from '../node/memory-bodies.ts'

Object.assign(globalThis, {
  Buffer,
  global: globalThis,
  // hrtime is missing on purpose: see `real` in the world's globals.
  process: { env: {}, versions: {}, nextTick: queueMicrotask.bind(globalThis) },
})

keepBodiesInMemory()
