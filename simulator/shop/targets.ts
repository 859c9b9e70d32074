/**
 * What a plan for the shop may name.
 */
import type { PlanTargets } from '#simulator/faults/plan.ts'
import { TOPICS } from './topics.ts'

/** The services, in the order in which they start. */
export const SERVICE_NAMES = [
  'catalog',
  'orders',
  'relay',
  'payments',
  'inventory',
  'notifications',
  'search',
  'analytics',
  'dispatch',
  'warehouse',
  'gateway',
] as const

export const SHOP_TARGETS: PlanTargets = {
  services: SERVICE_NAMES,
  parties: ['psp', 'mail'],
  topics: TOPICS.map(({ topic }) => topic),
}
