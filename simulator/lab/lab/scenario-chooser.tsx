/**
 * Which run is shown: the shop, many messages, or the services of an exercise around an answer.
 */
import { NumberInput, Select } from '@mantine/core'
import { goTo } from '../shell/location.ts'
import type { ScenarioRef } from '../worker/protocol.ts'
import { RUSH_MESSAGES, writeLabLink } from './lab-link.ts'

/** Only the names of the files are used; nothing of them is loaded. */
const EXERCISES = Object.keys(import.meta.glob('../../../exercises/*/check.ts')).map(
  path => path.split('/').at(-2)!,
)
const MISTAKES = Object.keys(import.meta.glob('../../../exercises/*/mistakes/*.ts'))

const SCENARIOS = [
  {
    group: 'Whole systems',
    items: [
      { value: 'shop', label: 'The shop' },
      { value: 'rush', label: `${RUSH_MESSAGES.toLocaleString('en')} messages` },
    ],
  },
  {
    group: 'Exercises',
    items: EXERCISES.map(name => ({ value: name, label: name.replaceAll('-', ' ') })),
  },
]

export function ScenarioChooser({ scenario }: { scenario: ScenarioRef }) {
  return (
    <>
      <Select
        aria-label="Scenario"
        size="xs"
        w={190}
        data={SCENARIOS}
        value={scenario.kind === 'exercise' ? scenario.exercise : scenario.kind}
        allowDeselect={false}
        onChange={name => name !== null && open(scenarioNamed(name))}
      />
      {scenario.kind === 'shop' && (
        <NumberInput
          key={scenario.orders}
          aria-label="Orders"
          size="xs"
          w={104}
          min={1}
          max={1000}
          suffix=" orders"
          defaultValue={scenario.orders}
          onBlur={event => chooseOrders(event.currentTarget.value)}
          onKeyDown={event => event.key === 'Enter' && chooseOrders(event.currentTarget.value)}
        />
      )}
      {scenario.kind === 'exercise' && (
        <Select
          aria-label="Answer"
          size="xs"
          w={170}
          data={answersOf(scenario.exercise)}
          value={scenario.answer}
          allowDeselect={false}
          onChange={answer => answer !== null && open({ ...scenario, answer })}
        />
      )}
    </>
  )

  function chooseOrders(text: string): void {
    const orders = Number.parseInt(text, 10)
    if (scenario.kind !== 'shop' || !(orders >= 1 && orders <= 1000) || orders === scenario.orders) return
    open({ kind: 'shop', orders })
  }
}

/** A plan names what is in its scenario: another scenario begins without one. */
function open(scenario: ScenarioRef): void {
  goTo(writeLabLink({ scenario, plan: { seed: 1, faults: [] } }))
}

function scenarioNamed(name: string): ScenarioRef {
  if (name === 'shop') return { kind: 'shop', orders: 12 }
  if (name === 'rush') return { kind: 'rush', messages: RUSH_MESSAGES }
  return { kind: 'exercise', exercise: name, answer: 'yours' }
}

function answersOf(exercise: string) {
  const mistakes = MISTAKES.filter(path => path.includes(`/${exercise}/`)).map(path =>
    path.split('/').at(-1)!.replace(/\.ts$/, ''),
  )
  return [
    {
      group: 'Answers',
      items: [
        { value: 'yours', label: 'yours' },
        { value: 'starter', label: 'the starter' },
        { value: 'solution', label: 'the solution' },
      ],
    },
    { group: 'Mistakes', items: mistakes.filter(name => !name.endsWith('.test')) },
  ]
}
