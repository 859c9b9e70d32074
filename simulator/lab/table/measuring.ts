/**
 * Measures many runs one after another, so that what is done can be shown and the rest be called off. What has been measured is
 * remembered as long as the page lives: it would come out the same.
 */
import { useEffect, useState } from 'react'
import { Refused } from '../client/simulator.ts'
import type { Refusal } from '../worker/protocol.ts'

export interface Task<A> {
  /** The same for the same answer. */
  readonly key: string
  readonly title: string
  measure(): Promise<A>
}

export type Measured<A> =
  | { readonly answer: A; readonly refusal?: undefined }
  | { readonly answer?: undefined; readonly refusal: Refusal }

export interface Measuring<A> {
  /** By the keys of the tasks. */
  readonly done: ReadonlyMap<string, Measured<A>>
  /** The title of the one that is under way. */
  readonly current: string | undefined
  readonly isStopped: boolean
  /** The one under way is finished all the same. */
  stop(): void
  goOn(): void
}

const remembered = new Map<string, Promise<Measured<unknown>>>()

export function forget(key: string): void {
  remembered.delete(key)
}

/** @param key changes when the tasks do */
export function useMeasuring<A>(key: string, tasks: readonly Task<A>[]): Measuring<A> {
  const [done, setDone] = useState<ReadonlyMap<string, Measured<A>>>(new Map())
  const [current, setCurrent] = useState<string>()
  const [isStopped, setStopped] = useState(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the tasks
  useEffect(() => {
    if (isStopped) return
    let isLeft = false
    const work = async () => {
      // React mounts twice in development; the first time nothing should be begun.
      await Promise.resolve()
      for (const task of tasks) {
        if (isLeft) return
        setCurrent(task.title)
        const measured = await once(task)
        if (isLeft) return
        setDone(before => new Map(before).set(task.key, measured))
      }
      setCurrent(undefined)
    }
    void work()
    return () => {
      isLeft = true
      setCurrent(undefined)
    }
  }, [key, isStopped])

  return { done, current, isStopped, stop: () => setStopped(true), goOn: () => setStopped(false) }
}

function once<A>({ key, measure }: Task<A>): Promise<Measured<A>> {
  const before = remembered.get(key)
  if (before !== undefined) return before as Promise<Measured<A>>
  const measured = measure().then(
    (answer): Measured<A> => ({ answer }),
    (error: unknown): Measured<A> => {
      if (error instanceof Refused) return { refusal: error.refusal }
      forget(key)
      throw error
    },
  )
  remembered.set(key, measured)
  return measured
}
