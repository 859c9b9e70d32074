/**
 * What the catalogue says about a kind of fault: how it is planned, how it arises in the wild, and what would notice it.
 */
import { z } from 'zod'
import { duration } from './duration.ts'

export interface FaultKind {
  readonly kind: string
  /** A noun phrase for tables and headings. */
  readonly title: string
  /** What happens in the run, as one sentence. */
  readonly what: string
  /** The ways it can be planned, each an object schema without `kind`: at a site, at random visits, over a window. */
  readonly forms: FaultForms
  /** Ways to write it in short form. */
  readonly examples: readonly string[]
  /** How it comes about in production. */
  readonly wild: string
  /** What Kafka (or the database, or HTTP) says about it: which settings allow or prevent it. */
  readonly says: string
  /** What would notice it. */
  readonly signal: string
  /** Whether a consumer's lag shows it: yes, no, or only late. */
  readonly shownByLag: 'yes' | 'no' | 'late'
  /** Whether it destroys data that had been acknowledged, so that no service can make good for it. */
  readonly destroysData?: boolean
}

export interface FaultForms {
  readonly site?: z.ZodType
  readonly rate?: z.ZodType
  readonly window?: z.ZodType
}

/** The parameters faults are made of. */
export const parameters = {
  at: z
    .string({ error: 'should be a site, written process/operation subject#occurrence' })
    .regex(/^[^/\s]+\/\S.*$/, 'should be a site, written process/operation subject#occurrence'),
  service: z.string({ error: 'should be the name of a service, party or topic' }).min(1),
  rate: z
    .number({ error: 'should be a probability from 0 to 1' })
    .min(0, 'should be a probability from 0 to 1')
    .max(1, 'should be a probability from 0 to 1'),
  from: duration,
  for: duration,
  times: z
    .number({ error: 'should be a whole number of times' })
    .int('should be a whole number of times')
    .min(1, 'should be at least 1')
    .max(1_000_000, 'should be at most 1000000'),
} as const

type Shape = Record<string, z.ZodType>

/** At a site: `{ at, … }`. */
export function atSite<S extends Shape>(shape: S) {
  return z.strictObject({ at: parameters.at, times: parameters.times.optional(), ...shape })
}

/** At random, seeded visits of a service: `{ service, rate, from?, for?, … }`. */
export function atRate<S extends Shape>(shape: S) {
  return z.strictObject({
    service: parameters.service,
    rate: parameters.rate,
    from: parameters.from.optional(),
    for: parameters.for.optional(),
    ...shape,
  })
}

/** Over a window of virtual time: `{ service, from?, for?, … }`; without `for` until everything is healed. */
export function window<S extends Shape>(shape: S) {
  return z.strictObject({
    service: parameters.service,
    from: parameters.from.default(0),
    for: parameters.for.optional(),
    ...shape,
  })
}
