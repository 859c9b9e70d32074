/**
 * What keeps a run from being judged, said so that a person can act on it.
 */
import { nearest } from '#simulator/faults/nearest.ts'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { siteName } from '#simulator/world/sites.ts'
import { type Settled, UNSETTLED, type World } from '#simulator/world/world.ts'

/** @returns the trouble of a run that did not come to an end by itself or that used what the world does not own */
export function troubleOf(world: World, settled: Settled): WorkbenchError | undefined {
  if (settled.reason === 'waiting-outside') {
    const [first] = settled.busy
    return new WorkbenchError(
      'waiting-outside',
      `${first!.process}: ${first!.what}.`,
      first!.what.endsWith(UNSETTLED)
        ? 'Look for a promise that is never resolved or rejected, or for a loop that waits for ever.'
        : 'Inside a run use setTimeout, fetch, host.kafka and host.db; files, sockets and timers imported from Node do not exist there.',
    )
  }
  if (settled.reason === 'limit') {
    const busy = settled.busy.map(({ process, what }) => `${process}: ${what}`).join('; ')
    return new WorkbenchError(
      'never-settles',
      `After ${Math.round(world.elapsedMs / 1000)} s of virtual time and ${world.steps} steps the run was still busy (${busy}).`,
      'Look for a retry without an end, or raise --max-steps or --max-virtual-time.',
    )
  }
  const [call] = world.outsideCalls
  if (call === undefined) return undefined
  return new WorkbenchError(
    'used-outside',
    `${call.process} called ${call.api}, which is outside the simulation, so the run cannot be repeated exactly.`,
    'Move it out of the running service, or use what the world offers: setTimeout, fetch, host.kafka, host.db.',
  )
}

/**
 * @throws WorkbenchError `unknown-site` for a fault at a site that was never visited, `misplaced-fault` for one that its site cannot suffer
 */
export function refuseUnstruck(world: World): void {
  for (const [fault, kinds] of world.planned.misplaced()) {
    throw new WorkbenchError(
      'misplaced-fault',
      `${fault.kind} cannot strike at ${fault.at}.`,
      `What can: ${['crash', 'pause', ...kinds].join(', ')}.`,
    )
  }
  const [fault] = world.planned.unstruck()
  if (fault === undefined) return
  if (world.planned.tooLate(fault)) {
    throw new WorkbenchError(
      'unknown-site',
      `The run came by the site ${fault.at} only after it had been healed, when no fault strikes any more.`,
      'Choose an earlier occurrence.',
    )
  }
  const sites: string[] = []
  for (const [base, visits] of world.sites.entries())
    sites.push(siteName(base, 1), ...(visits > 1 ? [siteName(base, visits)] : []))
  throw new WorkbenchError(
    'unknown-site',
    `The run never came by the site ${fault.at}.`,
    `The nearest it came by: ${nearest(fault.at!, sites, 3).join(', ')}.`,
  )
}
