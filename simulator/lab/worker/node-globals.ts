/**
 * The globals of Node that KafkaJS and ordinary services use, before anything of theirs is loaded.
 */
import { Buffer } from 'buffer/index.js'

Object.assign(globalThis, {
  Buffer,
  global: globalThis,
  // hrtime is missing on purpose: see `real` in the world's globals.
  process: { env: {}, versions: {}, nextTick: queueMicrotask.bind(globalThis) },
})
