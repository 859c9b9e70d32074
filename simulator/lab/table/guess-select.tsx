/**
 * A hidden cell: what it holds is guessed, then shown.
 */
import type { KeyboardEvent } from 'react'
import { GUESSES, type Guess } from './prediction.ts'
import classes from './table.module.css'

const SHOW = 'show'

export interface GuessSelectProps {
  readonly label: string
  readonly guess: Guess | undefined
  readonly tabIndex: number
  /** What stands there before anything is guessed. */
  readonly unguessed?: string
  onGuess(guess: Guess | undefined): void
  onReveal(): void
}

export function GuessSelect({
  label,
  guess,
  tabIndex,
  unguessed = '?',
  onGuess,
  onReveal,
}: GuessSelectProps) {
  function open(event: KeyboardEvent<HTMLSelectElement>): void {
    // R reveals; it should not choose the first word with that letter as well.
    if (event.key === 'r' && !event.ctrlKey && !event.metaKey) event.preventDefault()
    if (event.key !== 'Enter') return
    event.preventDefault()
    event.currentTarget.showPicker()
  }
  return (
    <select
      data-cell
      className={classes.hidden}
      data-guessed={guess !== undefined || undefined}
      aria-label={label}
      tabIndex={tabIndex}
      value={guess ?? ''}
      onKeyDown={open}
      onChange={({ currentTarget: { value } }) => {
        if (value === SHOW) onReveal()
        else onGuess(value === '' ? undefined : (value as Guess))
      }}
    >
      <option value="">{unguessed}</option>
      {GUESSES.map(word => (
        <option key={word} value={word}>
          {word}
        </option>
      ))}
      <option value={SHOW}>show it</option>
    </select>
  )
}
