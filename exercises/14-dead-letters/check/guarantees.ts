/**
 * What must hold of a consumer, and how a run is asked for it.
 */
import { standstillOf } from '#simulator/explore/evidence.ts'
import type { Guarantee, Outcome, Violation } from '#simulator/scenario/scenario.ts'
import { AT_FIRST, MESSAGES, TRANSFERS } from './accounts.ts'
import { type Diary, halfOf } from './diary.ts'
import { MOST_REDRIVES, ORIGIN, originOf } from './repair.ts'

/** At most 6 attempts are allowed; redeliveries that are not the consumer's own choice may make it some more. */
const MOST_ATTEMPTS = 18

export function guaranteesOf(diary: Diary): Guarantee[] {
  const { booked } = diary
  const ids = () => TRANSFERS.slice(0, diary.published).map(({ id }) => id)
  const before = () => booked.slice(0, diary.bookedBeforeRepair)

  const nothingIsLost = guarantee(
    'nothing-is-lost',
    'Every message is handled in the end: at once, or when its dead letter is redriven.',
    evidence => {
      const stuckAt = standstillOf(evidence, 'accounts', ['account.events', 'retry.accounts'])
      return ids().flatMap(id => {
        if (booked.includes(id) || diary.redrives.get(id) > MOST_REDRIVES) return []
        if (stuckAt !== undefined) return violation('stuck', `${id} is not handled: ${stuckAt}`, id)
        const what = diary.redrives.get(id) > 0 ? 'was redriven, but is not' : 'is neither a dead letter nor'
        return violation('lost', `${id} ${what} handled`, id)
      })
    },
  )

  const redrivenIsHandled = guarantee(
    'redriven-is-handled',
    'What comes back when its cause is mended is no dead letter again.',
    () =>
      ids().flatMap(id =>
        diary.redrives.get(id) > MOST_REDRIVES
          ? violation('stuck', `${id} was redriven ${MOST_REDRIVES} times, and died again each time`, id)
          : [],
      ),
  )

  const othersGoOn = guarantee(
    'others-go-on',
    'A message in trouble holds up nobody but later messages of its own key.',
    () => {
      const [culprit] = TRANSFERS.flatMap(({ account }) => diary.troubleOf(account) ?? [])
      // What waits with nobody in trouble has a trouble of its own.
      if (culprit === undefined) return []
      const since = `waited behind ${culprit}, which was tried ${diary.attempts.get(culprit)} times`
      return TRANSFERS.slice(0, AT_FIRST)
        .filter(({ id, account }) => !before().includes(id) && diary.troubleOf(account) === undefined)
        .flatMap(({ id }) => violation('stuck', `${id} ${since}, until a person came`, id))
    },
  )

  const nothingOvertakes = guarantee(
    'nothing-overtakes',
    'While a message is parked, no later one of its key is handled.',
    () => overtakings(before(), ids().slice(0, AT_FIRST)),
  )

  const redrivenInOrder = guarantee(
    'redriven-in-order',
    'Redriven messages, and new ones of their key, are handled in the order in which they were published.',
    () => overtakings(booked.slice(before().length), booked.slice(before().length)),
  )

  const deadLettersAreDue = guarantee(
    'dead-letters-are-due',
    'A message becomes a dead letter by its own fault, after at least 3 attempts, or behind another of its key.',
    evidence => {
      const dead = new Set([...evidence.messages('dead.accounts')].map(({ headers }) => originOf(headers)))
      return [...dead].flatMap(index => {
        const transfer = TRANSFERS[index]
        if (transfer === undefined) return []
        const { id, account } = transfer
        if (index === TRANSFERS.length - 1)
          return violation('stuck', `${id} is a dead letter, though no other of its key was one any more`, id)
        if (diary.troubleOf(account) !== undefined) return []
        const failures = diary.failures.get(id)
        const why = failures === 0 ? 'though nothing is wrong with it' : `after ${failures} failed attempts`
        return violation('stuck', `${id} is a dead letter ${why}, and waits for a person`, id)
      })
    },
  )

  const deadLettersAreComplete = guarantee(
    'dead-letters-are-complete',
    'A dead letter has the key, the value and the headers of its message, and says where that came from.',
    evidence =>
      [...evidence.messages('dead.accounts')].flatMap(({ offset, key, value, headers }) => {
        const original = MESSAGES[originOf(headers)]
        const id = TRANSFERS[originOf(headers)]?.id
        if (original === undefined || id === undefined) {
          const said = ORIGIN.map(name => `${name} ${headers[name]}`).join(', ')
          return violation('untraceable', `the dead letter at offset ${offset} comes from nowhere: ${said}`)
        }
        const wrong: string[] = []
        if (String(key) !== original.key) wrong.push(`the key ${key} instead of ${original.key}`)
        if (![original.value, halfOf(original.value)].includes(String(value))) wrong.push('another value')
        if (String(headers.traceparent) !== original.headers.traceparent) wrong.push('lost its traceparent')
        return wrong.length === 0
          ? []
          : violation('corrupt', `the dead letter of ${id} has ${wrong.join(', ')}`, id)
      }),
  )

  const attemptsAreBounded = guarantee(
    'attempts-are-bounded',
    'What will fail again is not tried again and again.',
    () =>
      TRANSFERS.flatMap(({ id }) => {
        // A redelivery, or a restart, is no attempt of the consumer's own choice.
        const fresh = diary.deliveries.get(id) - diary.handedBack.get(id) + diary.starts - 1
        const refusals = diary.refusals.get(id)
        if (refusals > fresh + 2)
          return violation(
            'overload',
            `${id} was tried ${refusals} times, and the bank refused it each time`,
            id,
          )
        const failures = diary.failures.get(id)
        return !diary.isRefused(id) && failures > MOST_ATTEMPTS
          ? violation('overload', `${id} was tried ${failures} times, and failed each time`, id)
          : []
      }),
  )

  const onlyMessages = guarantee(
    'only-messages',
    'The handler gets the events that were published, and nothing else.',
    () => diary.strangers.slice(0, 1).flatMap(text => violation('phantom', `handle got ${text}`)),
  )

  return [
    nothingIsLost,
    redrivenIsHandled,
    othersGoOn,
    nothingOvertakes,
    redrivenInOrder,
    deadLettersAreDue,
    deadLettersAreComplete,
    attemptsAreBounded,
    onlyMessages,
  ]
}

function guarantee(name: string, promise: string, judge: Guarantee['judge']): Guarantee {
  return { name, promise, kind: 'eventually', judge }
}

function violation(outcome: Outcome, message: string, subject?: string): Violation[] {
  return [{ outcome, message, ...(subject === undefined ? {} : { subjects: [subject] }) }]
}

/** Those that were handled before an expected one that was published earlier, with the same key. */
function overtakings(handled: readonly string[], expected: readonly string[]): Violation[] {
  const placeOf = (id: string) => TRANSFERS.findIndex(transfer => transfer.id === id)
  return handled.flatMap((id, index) => {
    const overtaken = expected.find(
      other =>
        placeOf(other) < placeOf(id) &&
        TRANSFERS[placeOf(other)]!.account === TRANSFERS[placeOf(id)]!.account &&
        !handled.slice(0, index).includes(other),
    )
    if (overtaken === undefined) return []
    return violation('reordered', `${id} was handled before ${overtaken}, which was published first`, id)
  })
}
