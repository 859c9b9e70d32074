import { afterEach, describe, expect, test, vi } from 'vitest'
import { WorkbenchError } from '#simulator/world/errors.ts'
import {
  chooseRuntime,
  findRuntimes,
  javaCommand,
  type Preference,
  parseJavaVersion,
  type Runtimes,
} from './runtimes.ts'
import { DOCKER_WITHOUT_DAEMON, JAVA_17, type Machine, type Programs, pretendMachine } from './testing.ts'

describe('the version of Java', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)', 17],
    ['java version "1.8.0_402"\nJava(TM) SE Runtime Environment', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['openjdk version "25-ea" 2025-09-16', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Dx=1\nopenjdk version "11.0.2" 2019-01-15', 11],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
    ['', undefined],
  ])('is read from %j', (text, version) => {
    expect(parseJavaVersion(text)).toBe(version)
  })

  test('is asked of the Java that JAVA_HOME names, as Maven does', () => {
    expect(javaCommand({})).toBe('java')
    expect(javaCommand({ JAVA_HOME: '' })).toBe('java')
    expect(javaCommand({ JAVA_HOME: '/opt/java' })).toBe('/opt/java/bin/java')
  })
})

describe('what a broker runs on', () => {
  test.each<[Runtimes, Preference | undefined, Preference]>([
    [{ docker: 'ready', java: 17 }, undefined, 'docker'],
    [{ docker: 'ready', java: undefined }, undefined, 'docker'],
    [{ docker: 'no-daemon', java: 17 }, undefined, 'java'],
    [{ docker: 'no-compose', java: 21 }, undefined, 'java'],
    [{ docker: 'missing', java: 17 }, undefined, 'java'],
    [{ docker: 'ready', java: 17 }, 'java', 'java'],
    [{ docker: 'ready', java: 8 }, 'docker', 'docker'],
  ])('where there is %j and %s is asked for is %s', (runtimes, preference, chosen) => {
    expect(chooseRuntime(runtimes, preference)).toBe(chosen)
  })

  test('is said to be missing in one sentence, with what to install', () => {
    const { code, message, next } = refusal({ docker: 'missing', java: undefined })
    expect(code).toBe('no-broker-runtime')
    expect(message).toBe(
      'A real broker needs Docker with Compose, or Java 17 and Maven: Docker is not installed, and Java is not installed.',
    )
    expect(next).toMatch(/^Install one of the two /)
  })

  test('is said to be too old, asleep or incomplete, whichever it is', () => {
    expect(refusal({ docker: 'missing', java: 11 }).message).toContain('Java that is installed is version 11')
    expect(refusal({ docker: 'no-daemon', java: 8 }).message).toContain('its daemon does not answer')
    expect(refusal({ docker: 'no-compose', java: 8 }).message).toContain('without Compose')
  })

  test('is not replaced by something else when it is asked for by name', () => {
    const docker = refusal({ docker: 'no-daemon', java: 17 }, 'docker')
    expect(docker).toMatchObject({
      code: 'no-docker',
      next: expect.stringMatching(/^Start Docker, or .*--java/),
    })
    const old = refusal({ docker: 'ready', java: 11 }, 'java')
    expect(old).toMatchObject({
      code: 'old-java',
      next: expect.stringMatching(/^Install Java 17 .*--docker/),
    })
    expect(refusal({ docker: 'ready', java: undefined }, 'java').code).toBe('no-java')
  })
})

describe('what is installed', () => {
  let machine: Machine
  afterEach(() => {
    vi.unstubAllEnvs()
    machine.remove()
  })

  test.each<[string, Programs, Runtimes]>([
    ['nothing', {}, { docker: 'missing', java: undefined }],
    ['Java', { java: JAVA_17 }, { docker: 'missing', java: 17 }],
    ['a Java that is only a hint to install one', { java: 'exit 1' }, { docker: 'missing', java: undefined }],
    [
      'a Docker without its daemon',
      { docker: DOCKER_WITHOUT_DAEMON },
      { docker: 'no-daemon', java: undefined },
    ],
    [
      'a Docker that says nothing of a daemon',
      { docker: 'exit 0' },
      { docker: 'no-daemon', java: undefined },
    ],
    [
      'a Docker without Compose',
      { docker: '[ "$1" = info ] && echo 29.4.0 || exit 1' },
      { docker: 'no-compose', java: undefined },
    ],
    ['Docker with Compose', { docker: 'echo 29.4.0' }, { docker: 'ready', java: undefined }],
  ])('is found out: %s', async (_, programs, found) => {
    machine = pretendMachine(programs)
    expect(await findRuntimes()).toEqual(found)
  })
})

function refusal(runtimes: Runtimes, preference?: Preference): WorkbenchError {
  try {
    chooseRuntime(runtimes, preference)
  } catch (error) {
    if (error instanceof WorkbenchError) return error
  }
  throw new Error('it was not refused')
}
