/**
 * The judgement of an answer as React sees it: made when it is opened and whenever its file was saved, with its progress.
 */
import { useEffect, useState } from 'react'
import type { Progress } from '#simulator/explore/judge.ts'
import { Refused } from '../client/simulator.ts'
import { useSimulator } from '../client/simulator-context.tsx'
import type { Judgement, Refusal } from '../worker/protocol.ts'

export interface Judging {
  /** The newest judgement; while the next is made, still the one before. */
  readonly judgement?: Judgement
  readonly refusal?: Refusal
  readonly progress?: Progress
  readonly isPending: boolean
  /** The save that the judgement, or the refusal, belongs to. */
  readonly version?: number
}

const PENDING: Judging = { isPending: true }

/** @param version another number: the file was saved, or is to be judged again */
export function useJudgement(exercise: string, answer: string, version: number): Judging {
  const simulator = useSimulator()
  const subject = `${exercise}/${answer}`
  const [judging, setJudging] = useState<Judging & { subject: string }>({ ...PENDING, subject })
  useEffect(() => {
    const abort = new AbortController()
    const isCurrent = () => !abort.signal.aborted
    setJudging(before =>
      before.subject === subject ? { ...withoutProgress(before), isPending: true } : { ...PENDING, subject },
    )
    const onProgress = atMostOnceAFrame((progress: Progress) => {
      if (isCurrent()) setJudging(before => (before.isPending ? { ...before, progress } : before))
    })
    const ask = () => {
      simulator.call('judge', { exercise, answer }, { signal: abort.signal, onProgress }).then(
        judgement => isCurrent() && setJudging({ subject, judgement, version, isPending: false }),
        (error: unknown) => {
          if (!isCurrent()) return
          const refusal = refusalOf(error)
          // A loop without an end is the file's own doing, and a judgement of it; what else goes wrong here is not.
          const told =
            refusal.code === 'endless-loop' ? { judgement: refused(exercise, answer, refusal) } : { refusal }
          setJudging({ subject, ...told, version, isPending: false })
        },
      )
    }
    // A moment later, as whoever leaves at once asks nothing: the worker finishes what it has begun.
    const asking = setTimeout(ask)
    return () => {
      clearTimeout(asking)
      abort.abort()
    }
  }, [simulator, exercise, answer, subject, version])
  return judging.subject === subject ? judging : PENDING
}

function withoutProgress({ progress: _, ...judging }: Judging & { subject: string }) {
  return judging
}

function refused(exercise: string, answer: string, trouble: Refusal): Judgement {
  return { exercise, answer, file: '', holds: false, refused: trouble, explanations: [], realMs: 0 }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  return {
    code: 'page-broken',
    sentence: `The page failed: ${error instanceof Error ? error.message : String(error)}.`,
    next: 'Reload it; this is a defect of the workbench.',
  }
}

/** Progress is told after every run, thousands of times; nobody sees more than a screen shows. */
function atMostOnceAFrame<T>(show: (value: T) => void): (value: T) => void {
  let next: T
  let isWaiting = false
  return value => {
    next = value
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(() => {
      isWaiting = false
      show(next)
    })
  }
}
