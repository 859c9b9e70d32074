/**
 * Steps per second of the world, against @sinonjs/fake-timers driving the same program: timers, each with an await behind it.
 */
import FakeTimers from '@sinonjs/fake-timers'
import { createWorld } from '#simulator/world/world.ts'
import type { Variant } from './compare.ts'

const CHAINS = 20
const TICKS = 2000

/** Ordinary code: it knows neither of the two. */
async function program(): Promise<void> {
  await Promise.all(
    Array.from({ length: CHAINS }, async (_, chain) => {
      for (let tick = 0; tick < TICKS; tick++) await new Promise(resolve => setTimeout(resolve, 1 + chain))
    }),
  )
}

export const steps: readonly Variant[] = [
  {
    name: '@sinonjs/fake-timers, runAllAsync',
    async work() {
      const clock = FakeTimers.install({ loopLimit: CHAINS * TICKS * 2 })
      try {
        const done = program()
        await clock.runAllAsync()
        await done
      } finally {
        clock.uninstall()
      }
      return CHAINS * TICKS
    },
  },
  {
    name: 'world',
    async work() {
      const world = createWorld({ seed: 1 })
      await world.enter(async () => {
        world.spawn({
          name: 'program',
          start: async () => {
            const done = world.runtime.busy('program')
            await program()
            done()
          },
        })
        await world.settle()
      })
      return CHAINS * TICKS
    },
  },
]
