/**
 * What the world itself writes into the trace: the lives of processes and the strikes of faults.
 */
import type { THROWN } from './errors.ts'

export type WorldRecord =
  | { kind: 'process.start'; incarnation: number }
  | { kind: 'process.ready'; incarnation: number }
  | {
      kind: 'process.crash'
      incarnation: number
      reason: string
      site?: string
      restartInMs?: number
      [THROWN]?: unknown
    }
  | { kind: 'process.stop'; incarnation: number }
  | { kind: 'process.pause' }
  | { kind: 'process.resume' }
  | { kind: 'process.gave-up'; incarnation: number; reason: string; [THROWN]?: unknown }
  | { kind: 'fault.strike'; fault: string; site: string }
  | { kind: 'fault.begin'; fault: string; service: string }
  | { kind: 'fault.end'; fault: string; service: string }
  | { kind: 'skip'; byMs: number }
  | { kind: 'heal' }
  | { kind: 'settled'; steps: number }
