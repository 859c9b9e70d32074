/**
 * The run of a request, and while the next is executed still the one before, with the request that it answers.
 */
import { useRef } from 'react'
import { useCall } from '../client/simulator-context.tsx'
import type { Refusal, RunRequest, RunResult } from '../worker/protocol.ts'

export interface AnsweredRun {
  readonly answered: { readonly run: RunResult; readonly request: RunRequest } | undefined
  readonly refusal: Refusal | undefined
  readonly isPending: boolean
}

export function useRun(request: RunRequest | undefined): AnsweredRun {
  const { answer, refusal, isPending } = useCall('run', request)
  const last = useRef<AnsweredRun['answered']>(undefined)
  if (request === undefined) last.current = undefined
  else if (answer !== undefined && !isPending && answer !== last.current?.run)
    last.current = { run: answer, request }
  const isNewer = last.current !== undefined && !isSameRequest(last.current.request, request)
  return { answered: last.current, refusal, isPending: isPending || (isNewer && refusal === undefined) }
}

function isSameRequest(left: RunRequest, right: RunRequest | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
