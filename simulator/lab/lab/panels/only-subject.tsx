/**
 * A switch that leaves only what concerns the subject that is followed; nothing where none is.
 */
import { Switch } from '@mantine/core'

interface OnlySubjectProps {
  readonly subject: string | undefined
  readonly isOn: boolean
  onChange(isOn: boolean): void
}

export function OnlySubject({ subject, isOn, onChange }: OnlySubjectProps) {
  if (subject === undefined) return null
  return (
    <Switch
      size="xs"
      aria-label={`Only ${subject}`}
      label={subject}
      checked={isOn}
      onChange={event => onChange(event.currentTarget.checked)}
    />
  )
}
