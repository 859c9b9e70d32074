/**
 * Editing the plan: what is being dragged is only a draft, what is let go of is applied and re-executed, and what was applied can be
 * undone.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Plan, parseFault } from '#simulator/faults/plan.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import type { Fault } from '#simulator/world/runtime.ts'
import type { LabView } from '../lab-view.ts'
import { targetsOf } from './paintable.ts'

export interface Draft {
  /** Which fault of the plan. */
  readonly index: number
  readonly fault: Fault
}

export interface PlanEdit {
  /** The plan's faults, with the draft in the place of the one that is being changed. */
  readonly faults: readonly Fault[]
  readonly draft: Draft | undefined
  /** What was wrong with the last change, as a sentence. */
  readonly problem: string | undefined
  /** The same from one render to the next. */
  readonly actions: PlanActions
  readonly undo: (() => void) | undefined
  readonly redo: (() => void) | undefined
}

export interface PlanActions {
  /** Shows a change without executing it. */
  sketch(draft: Draft | undefined): void
  /** Applies the draft once nothing has followed for a moment: for arrow keys, of which many come in a row. */
  settleSoon(): void
  replace(index: number, fault: Fault): void
  add(fault: Fault): void
  remove(index: number): void
  /** Says what kept a change from being made. */
  refuse(error: unknown): void
}

const SOON_MS = 400
const MAX_STEPS_BACK = 100

export function usePlanEdit(view: LabView): PlanEdit {
  const latest = useRef(view)
  latest.current = view
  const [draft, setDraft] = useState<Draft>()
  const [problem, setProblem] = useState<string>()
  const [past, setPast] = useState<readonly Plan[]>([])
  const [future, setFuture] = useState<readonly Plan[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const drafted = useRef<Draft>(undefined)
  drafted.current = draft

  const refuse = useCallback((error: unknown) => {
    if (!(error instanceof WorkbenchError)) throw error
    setProblem(`${error.message} ${error.next}`.trim())
  }, [])

  const actions = useMemo(() => {
    function forgetDraft(): void {
      clearTimeout(timer.current)
      drafted.current = undefined
      setDraft(undefined)
    }
    function show(plan: Plan): void {
      forgetDraft()
      setProblem(undefined)
      latest.current.change({ plan })
    }
    function apply(faults: readonly Fault[]): void {
      const { plan } = latest.current.link
      setPast(before => [...before.slice(-MAX_STEPS_BACK), plan])
      setFuture([])
      show({ ...plan, faults })
    }
    /** @throws WorkbenchError */
    const checked = (fault: Fault) => parseFault(fault, 'timeline', targetsOf(latest.current.run.topology))
    const attempt = (change: (faults: readonly Fault[]) => readonly Fault[]): void => {
      try {
        apply(change(latest.current.link.plan.faults))
      } catch (error) {
        forgetDraft()
        refuse(error)
      }
    }
    const replace = (index: number, fault: Fault) => attempt(faults => faults.with(index, checked(fault)))
    return {
      show,
      sketch(next: Draft | undefined) {
        clearTimeout(timer.current)
        drafted.current = next
        setDraft(next)
      },
      settleSoon() {
        clearTimeout(timer.current)
        timer.current = setTimeout(() => {
          if (drafted.current !== undefined) replace(drafted.current.index, drafted.current.fault)
        }, SOON_MS)
      },
      replace,
      refuse,
      add: (fault: Fault) => attempt(faults => [...faults, checked(fault)]),
      remove: (index: number) => attempt(faults => faults.toSpliced(index, 1)),
    }
  }, [refuse])
  useEffect(() => () => clearTimeout(timer.current), [])

  const { plan } = view.link
  const faults = useMemo(
    () =>
      draft === undefined || draft.index >= plan.faults.length
        ? plan.faults
        : plan.faults.with(draft.index, draft.fault),
    [plan.faults, draft],
  )

  const { show } = actions
  function travel(from: readonly Plan[], setFrom: typeof setPast, setTo: typeof setPast) {
    const target = from.at(-1)
    if (target === undefined) return undefined
    return () => {
      setFrom(from.slice(0, -1))
      setTo(to => [...to, plan])
      show(target)
    }
  }
  return {
    faults,
    draft,
    problem,
    actions,
    undo: travel(past, setPast, setFuture),
    redo: travel(future, setFuture, setPast),
  }
}
