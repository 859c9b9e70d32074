/**
 * What a long log comes down to: the one line that says why.
 */
import { stripVTControlCharacters } from 'node:util'

const MAX_LENGTH = 220

/** Why a Java process ended: its last exception, at its root if it names one, else its last error, else its last line. */
export function gistOfLog(log: string): string {
  const lines = log.split('\n').map(line => line.trim())
  const last = (pattern: RegExp) => lines.findLast(line => pattern.test(line))
  const found =
    last(/^Caused by: /) ??
    last(/^([a-z][\w$]*\.)+[A-Z][\w$]*(Exception|Error)\b/) ??
    last(/\b(ERROR|FATAL)\b|^Error/) ??
    last(/\S/)
  if (found === undefined) return 'its log is empty.'
  return sentence(found.replace(/^Caused by: /, '').replace(/^([\d-]+ [\d:.]+ )?(ERROR|FATAL) +/, ''))
}

/** Why Maven failed: the first error it reports, at its root, without the advice that follows. */
export function gistOfMaven(output: string): string {
  const lines = stripVTControlCharacters(output).split('\n')
  const error =
    lines.find(line => line.startsWith('[FATAL] ')) ?? lines.find(line => line.startsWith('[ERROR] '))
  if (error === undefined) return sentence(lines.findLast(line => /\S/.test(line)) ?? 'it does not say why')
  const text = error.replace(/^\[\w+\] /, '').replace(/ -> \[Help \d+\].*$/, '')
  const root = text.lastIndexOf('Could not transfer artifact')
  return sentence(text.slice(Math.max(0, root)).replace(/ transfer failed for \S+:/, ''))
}

function sentence(text: string): string {
  const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
  return /[.!?…]$/.test(short) ? short : `${short}.`
}
