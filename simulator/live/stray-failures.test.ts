import { afterEach, beforeEach, expect, test } from 'vitest'
import { ServiceContext } from './service-context.ts'
import { listenForFailures } from './stray-failures.ts'

/** Vitest has listeners of its own, to which a failure here would be one of the test run. */
const EVENTS = ['uncaughtException', 'unhandledRejection'] as const
const emitter: NodeJS.EventEmitter = process
type Listener = (...values: unknown[]) => void
let others: Listener[][]
let stopListening: () => void
let strays: unknown[]
let failures: unknown[]
let context: ServiceContext
beforeEach(() => {
  others = EVENTS.map(event => emitter.listeners(event) as Listener[])
  for (const event of EVENTS) emitter.removeAllListeners(event)
  strays = []
  failures = []
  stopListening = listenForFailures(error => strays.push(error))
  context = new ServiceContext('orders', error => failures.push(error))
})
afterEach(() => {
  stopListening()
  for (const [index, event] of EVENTS.entries())
    for (const listener of others[index]!) emitter.on(event, listener)
})

const fail = (message: string) => {
  throw new Error(message)
}
const messages = (errors: readonly unknown[]) => errors.map(error => (error as Error).message)

test('what nobody has caught is told to the service from whose code it comes', async () => {
  context.run(() => {
    setTimeout(fail, 0, 'in a timer')
    setImmediate(fail, 'in an immediate')
    void Promise.reject(new Error('a rejection'))
    void new Promise(resolve => setTimeout(resolve, 1)).then(() => fail('a late rejection'))
  })
  await expect.poll(() => failures.length).toBe(4)
  expect(messages(failures).sort()).toEqual([
    'a late rejection',
    'a rejection',
    'in a timer',
    'in an immediate',
  ])
  expect(strays).toEqual([])
})

test('what comes from no service is told to whoever listens', async () => {
  setTimeout(fail, 0, 'nobody’s')
  void Promise.reject(new Error('nobody’s either'))
  await expect.poll(() => messages(strays).sort()).toEqual(['nobody’s', 'nobody’s either'])
  expect(failures).toEqual([])
})

test('what comes from a service that has ended is nobody’s business', async () => {
  context.run(() => void new Promise(resolve => setTimeout(resolve, 1)).then(() => fail('too late')))
  context.end()
  setTimeout(fail, 10, 'later')
  await expect.poll(() => messages(strays)).toEqual(['later'])
  expect(failures).toEqual([])
})

test('whoever has stopped listening hears nothing', () => {
  stopListening()
  expect(EVENTS.map(event => emitter.listenerCount(event))).toEqual([0, 0])
})
