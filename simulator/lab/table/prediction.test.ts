import { expect, test } from 'vitest'
import { NOTHING_GUESSED, predict, scoreOf, type Truth, truthOfCell, truthOfRun } from './prediction.ts'

const TRUTHS = new Map<string, Truth>([
  ['a', ['holds']],
  ['b', ['lost', 'doubled']],
  ['c', undefined],
  ['d', ['holds']],
])

test('a cell that is merely late holds', () => {
  expect(truthOfCell({ kind: 'delayed', outcomes: {} })).toEqual(['holds'])
})

test('any outcome of a broken cell is a right guess', () => {
  expect(truthOfCell({ kind: 'broken', outcomes: { lost: 2, stuck: 1 } })).toEqual(['lost', 'stuck'])
})

test('of a cell that nothing can strike there is nothing to guess', () => {
  expect(truthOfCell({ kind: 'nothing', outcomes: {} })).toBeUndefined()
})

test('a run that breaks nothing holds', () => {
  expect(truthOfRun({ broken: [] })).toEqual(['holds'])
})

test('only what is revealed counts', () => {
  const guessed = predict(NOTHING_GUESSED, { type: 'guess', keys: ['a', 'b', 'd'], guess: 'doubled' })
  expect(scoreOf(guessed, TRUTHS)).toEqual({ right: 0, guessed: 0, hidden: 3 })
  const revealed = predict(guessed, { type: 'reveal', keys: ['a', 'b', 'c'] })
  expect(scoreOf(revealed, TRUTHS)).toEqual({ right: 1, guessed: 2, hidden: 1 })
})

test('nobody guesses when the cell is revealed', () => {
  const revealed = predict(NOTHING_GUESSED, { type: 'reveal', keys: ['a'] })
  expect(predict(revealed, { type: 'guess', keys: ['a', 'd'], guess: 'holds' }).guesses).toEqual(
    new Map([['d', 'holds']]),
  )
})

test('a guess can be taken back, and all begun again', () => {
  const guessed = predict(NOTHING_GUESSED, { type: 'guess', keys: ['a'], guess: 'holds' })
  expect(predict(guessed, { type: 'guess', keys: ['a'], guess: undefined }).guesses.size).toBe(0)
  expect(predict(guessed, { type: 'begin again' })).toEqual(NOTHING_GUESSED)
})
