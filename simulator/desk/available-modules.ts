/**
 * The modules a student's file may ask for while it runs; everything else has been compiled into it.
 */

/** What of Node exists inside the simulation: it neither waits nor leaves the process. */
export const PURE_BUILTINS: ReadonlySet<string> = new Set([
  'assert',
  'buffer',
  'crypto',
  'events',
  'path',
  'querystring',
  'string_decoder',
  'url',
  'util',
])

/** Large packages that keep nothing between uses stay outside, shared by all instances. Any other is the file's own, as in its process. */
export const SHARED_PACKAGES: ReadonlySet<string> = new Set(['kafkajs', 'zod', 'hono', 'xstate'])

export function isAvailable(module: string): boolean {
  return PURE_BUILTINS.has(module.replace(/^node:/, '')) || SHARED_PACKAGES.has(module.split('/')[0]!)
}
