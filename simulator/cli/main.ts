/**
 * The command line: one command per file, one door for every error.
 */
import { Command, CommanderError } from 'commander'
import { WorkbenchError } from '#simulator/world/errors.ts'
import { addBrokerCommand } from './broker.ts'
import { addChaosCommand } from './chaos.ts'
import { addCheckCommand } from './check.ts'
import { addDemoCommand } from './demo.ts'
import { addDiffCommand } from './diff.ts'
import { addGradeCommand } from './grade.ts'
import { addHintCommand } from './hint.ts'
import { addParityCommand } from './parity.ts'
import { addProgressCommand } from './progress.ts'
import { addResetCommand } from './reset.ts'
import { addShopCommand } from './shop.ts'
import { addSimCommands } from './sim.ts'
import { addTableCommand } from './table.ts'
import { style, terminalWidth, wrap } from './terminal.ts'

/** Exit codes: 0 it holds, 1 it does not, 2 wrong usage. */
const USAGE = 2
/** Refusals that are about the code that was run, not about how it was called. */
const ABOUT_THE_CODE = new Set(['endless-loop', 'broken-file', 'missing-file'])

let exitCode = 0
const setExitCode = (code: number): void => {
  exitCode = code
}
const program = new Command('out-of-order')
  .description('Learn event-driven architecture by breaking an order flow.')
  .exitOverride()
  .configureOutput({ outputError: () => {} })
  .showSuggestionAfterError(true)
addDemoCommand(program, setExitCode)
addSimCommands(program, setExitCode)
addShopCommand(program, setExitCode)
addCheckCommand(program, setExitCode)
addProgressCommand(program)
addHintCommand(program)
addDiffCommand(program, setExitCode)
addResetCommand(program)
addTableCommand(program, setExitCode)
addGradeCommand(program, setExitCode)
addBrokerCommand(program, setExitCode)
addChaosCommand(program, setExitCode)
addParityCommand(program, setExitCode)
for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => {} })

try {
  await program.parseAsync()
} catch (error) {
  exitCode = report(error)
}
process.exitCode = exitCode

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Asked for help, or given no command at all: commander has printed the help already.
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return USAGE
    const [line = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
    const first = line.replace(/\.$/, '')
    const suggestion = rest.join(' ').replace(/[()]/g, '')
    complain(
      `${first.charAt(0).toUpperCase()}${first.slice(1)}.`,
      `${suggestion === '' ? '' : `${suggestion} `}See --help for what there is.`,
    )
    return USAGE
  }
  if (error instanceof WorkbenchError) {
    complain(error.message, error.next)
    return ABOUT_THE_CODE.has(error.code) ? 1 : USAGE
  }
  console.error(error)
  return 1
}

function complain(sentence: string, next: string): void {
  const width = Math.min(terminalWidth(), 110)
  console.error(`${style.bad('✗')} ${wrap(sentence, width - 2, '  ')}`)
  if (next !== '') console.error(`  ${style.quiet(wrap(next, width - 2, '  '))}`)
}
