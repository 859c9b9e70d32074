/**
 * Runs a program that may not be installed, and tells what came of it instead of throwing.
 */
import { execFile } from 'node:child_process'

export interface Ran {
  /** There is no such program here. */
  readonly missing: boolean
  readonly succeeded: boolean
  readonly stdout: string
  readonly stderr: string
}

export interface ToolOptions {
  readonly cwd?: string
  /** Added to this process's own. */
  readonly env?: Readonly<Record<string, string>>
  /** After this long it is ended, and has not succeeded. */
  readonly timeoutMs?: number
}

export function runTool(
  command: string,
  args: readonly string[],
  { cwd, env, timeoutMs }: ToolOptions = {},
): Promise<Ran> {
  const options = {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    timeout: timeoutMs ?? 0,
    maxBuffer: 20_000_000,
  }
  return new Promise(resolve => {
    execFile(command, [...args], options, (error, stdout, stderr) =>
      resolve({ missing: error?.code === 'ENOENT', succeeded: error === null, stdout, stderr }),
    )
  })
}
