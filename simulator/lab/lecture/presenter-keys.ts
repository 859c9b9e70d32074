/**
 * What a presenter's keys do; the small remotes that people point with send PageUp and PageDown.
 */
export type PresenterAction = 'next' | 'previous' | 'open' | 'leave' | 'notes' | 'keys'

const ACTIONS: Readonly<Record<string, PresenterAction>> = {
  PageDown: 'next',
  ArrowRight: 'next',
  ArrowDown: 'next',
  PageUp: 'previous',
  ArrowLeft: 'previous',
  ArrowUp: 'previous',
  Enter: 'open',
  Escape: 'leave',
  n: 'notes',
  N: 'notes',
  '?': 'keys',
}

export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>,
): PresenterAction | undefined {
  return event.ctrlKey || event.altKey || event.metaKey ? undefined : ACTIONS[event.key]
}

/** The demo that the action leads to; at the ends one stays. */
export function demoAfter(index: number, action: 'next' | 'previous', count: number): number {
  return Math.min(count - 1, Math.max(0, index + (action === 'next' ? 1 : -1)))
}

export const KEYS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['PageDown', '→', '↓'], does: 'next demo' },
  { keys: ['PageUp', '←', '↑'], does: 'previous demo' },
  { keys: ['Enter'], does: 'open the run in the lab; the browser’s “back” returns here' },
  { keys: ['N'], does: 'show or hide the speaker notes' },
  { keys: ['Esc'], does: 'back to all demos' },
  { keys: ['Alt+L'], does: 'large type and high contrast, on or off' },
  { keys: ['?'], does: 'show or hide these keys' },
]
