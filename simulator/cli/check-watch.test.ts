import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createStudentRepository, type StudentRepository } from './testing/student-repository.ts'

let student: StudentRepository
let starter: string
let solution: string
let watching: Watching | undefined
beforeAll(() => {
  student = createStudentRepository()
  starter = student.original('starter/counter.ts')
  solution = student.original('solution/counter.ts')
})
afterEach(() => void watching?.command.kill('SIGKILL'))
afterAll(() => student.remove())

const PATIENCE_MS = 20_000

class Watching {
  readonly command: ChildProcess
  #text = ''

  constructor(...args: string[]) {
    this.command = student.start('check', ...args, '--watch')
    this.command.stdout!.on('data', chunk => {
      this.#text += String(chunk)
    })
    this.command.stderr!.on('data', chunk => {
      this.#text += String(chunk)
    })
  }

  /** What is printed up to the next match, which is then forgotten. */
  async next(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const match = pattern.exec(this.#text)
      if (match !== null) {
        const end = match.index + match[0].length
        const printed = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return printed
      }
      if (Date.now() > deadline) throw new Error(`waited in vain for ${pattern} in:\n${this.#text}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  /** Ends it as Ctrl-C does. @returns the exit code */
  async interrupt(): Promise<number> {
    const processes = childrenOf(this.command.pid!)
    expect(processes.length).toBeGreaterThan(0)
    this.command.kill('SIGINT')
    const [code] = await once(this.command, 'exit')
    await expect.poll(() => processes.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([])
    return code
  }
}

function childrenOf(parent: number): number[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return all
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('judges again on every save, says what the save changed, and leaves nothing behind', async () => {
  student.answer(starter)
  watching = new Watching('40', '--samples', '20')
  expect(await watching.next(/Ctrl-C to stop\./)).toMatch(/doubled: the count is 2 instead of 1/)

  student.answer(student.original('mistakes/memory-seen-set.ts'))
  const better = await watching.next(/Ctrl-C to stop\./)
  expect(better).toMatch(/This save +4 single faults broke it; now 3 do\./)
  expect(better).toMatch(/It behaved like no-dedupe; now like memory-seen-set\./)

  student.answer(solution)
  const right = await watching.next(/Ctrl-C to stop\./)
  expect(right).toMatch(/✓ 40 counter {2}all \d+ single faults hold; now pairs and larger plans/)
  expect(right).toMatch(/This save +✓ counted-once was doubled under 1 fault \(duplicate\); now it holds\./)

  student.answer(starter)
  const worse = await watching.next(/Ctrl-C to stop\./)
  expect(worse).toMatch(
    /This save +✗ counted-once held before; now it is doubled under 1 fault \(duplicate\)\./,
  )
  expect(worse).not.toContain('single faults hold;')
  expect(await watching.interrupt()).toBe(130)
})

test('a save while it judges begins anew', async () => {
  student.answer(solution)
  watching = new Watching('40', '--samples', '1000000')
  await watching.next(/single faults hold/)
  student.answer('export const counter = 1')
  expect(await watching.next(/Ctrl-C to stop\./)).toMatch(/has to export counter, but counter is a number/)
  student.answer(starter)
  expect(await watching.next(/Ctrl-C to stop\./)).toMatch(/The file could not be judged before; now it can\./)
  await watching.interrupt()
})

test('Ctrl-C ends it also in the middle of an endless loop', async () => {
  student.answer(starter.replace('count.run()', 'for (;;) {}'))
  watching = new Watching('40', '--hard-limit', '20s', '--workers', '1')
  // The compiler's process, and the one that runs the loop: however long a busy machine takes to start them.
  const { pid } = watching.command
  await expect.poll(() => childrenOf(pid!).length, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(2)
  await new Promise(resolve => setTimeout(resolve, 1000))
  expect(await watching.interrupt()).toBe(130)
})
