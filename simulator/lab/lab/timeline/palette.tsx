/**
 * The kinds of fault that can be painted; one of them is in hand.
 */
import { memo, useId } from 'react'
import { FaultIcon } from './fault-icon.tsx'
import { PAINTABLE } from './paintable.ts'
import classes from './toolbar.module.css'

interface PaletteProps {
  readonly chosen: string
  onChoose(kind: string): void
}

/** Kafka's own row has a kind of its own, which need not be chosen. */
const OFFERED = PAINTABLE.filter(({ kind }) => kind !== 'broker-down')

export const Palette = memo(function Palette({ chosen, onChoose }: PaletteProps) {
  const name = useId()
  return (
    <fieldset className={classes.palette} aria-label="Fault to paint">
      {OFFERED.map(({ kind, label, what }) => (
        <label key={kind} className={classes.tool} title={`${label}: ${what}`}>
          <input
            type="radio"
            name={name}
            value={kind}
            checked={kind === chosen}
            onChange={() => onChoose(kind)}
            aria-label={label}
          />
          <FaultIcon kind={kind} size={17} />
          {kind === chosen && <span>{label}</span>}
        </label>
      ))}
    </fieldset>
  )
})
