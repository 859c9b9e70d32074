import { mkdirSync, symlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { findClones, tellApart } from './grade-clones.ts'
import { readFormat, readJobs, readLimits, readOutput } from './grade-options.ts'
import { createClones } from './testing/clones.ts'

const FLAGS = { exercise: [], format: 'terminal', timeLimit: '60s', memoryLimit: '1024' }
const course = createClones()
for (const student of ['anna', 'b/anna', 'b/ben']) course.write(student, 'exercises/README.md', '')
course.write('notes', 'README.md', '')
course.write('', 'roster.csv', '')
mkdirSync(course.path('c'))
symlinkSync(course.path('anna'), course.path('linked'))
afterAll(() => course.remove())

describe('options', () => {
  test('are durations, megabytes, numbers', () => {
    expect(readLimits(FLAGS)).toEqual({ timeLimitMs: 60_000, memoryLimitMb: 1024 })
    expect(readLimits({ ...FLAGS, timeLimit: '2m', memoryLimit: '2048' })).toEqual({
      timeLimitMs: 120_000,
      memoryLimitMb: 2048,
    })
    expect(readLimits({ ...FLAGS, timeLimit: '90' }).timeLimitMs).toBe(90_000)
    expect(readJobs({ ...FLAGS, jobs: '3' })).toBe(3)
    expect(readJobs(FLAGS)).toBeGreaterThanOrEqual(1)
    expect(readFormat('csv')).toBe('csv')
    expect(readOutput(FLAGS, course.folder)).toBeUndefined()
    const { folder } = course
    expect(readOutput({ ...FLAGS, output: 'g.CSV' }, folder)).toEqual({
      file: `${folder}/g.CSV`,
      format: 'csv',
    })
  })

  test.each([
    ['--format', () => readFormat('xml'), /--format is terminal, csv or json, not "xml"/],
    [
      '--time-limit',
      () => readLimits({ ...FLAGS, timeLimit: 'soon' }),
      /--time-limit should be a duration from 1s to 1h/,
    ],
    ['--time-limit', () => readLimits({ ...FLAGS, timeLimit: '10ms' }), /--time-limit should be/],
    [
      '--memory-limit',
      () => readLimits({ ...FLAGS, memoryLimit: '64' }),
      /--memory-limit should be a whole number from 512/,
    ],
    ['--jobs', () => readJobs({ ...FLAGS, jobs: '0' }), /--jobs should be a whole number from 1 to 64/],
    ['--output', () => readOutput({ ...FLAGS, output: 'g.txt' }, course.folder), /ends in \.csv or \.json/],
    [
      '--output',
      () => readOutput({ ...FLAGS, output: 'no/g.csv' }, course.folder),
      /there is no such folder/,
    ],
    ['--output', () => readOutput({ ...FLAGS, output: 'd.csv' }, course.folder), /d\.csv is a folder/],
  ])('are refused by name: %s', (_, read, sentence) => {
    mkdirSync(course.path('d.csv'), { recursive: true })
    expect(read).toThrow(sentence)
  })
})

describe('students', () => {
  const find = (...named: string[]) => findClones(named, course.folder)
  const namesOf = (...named: string[]) => find(...named).clones.map(({ student }) => student)

  test('are named after their folders, however those are written, and count once', () => {
    expect(namesOf('anna', 'anna/', './b/../anna', course.path('anna'), 'linked', 'b/ben')).toEqual([
      'anna',
      'ben',
    ])
  })

  test('of equal names have the folder above in front, as far up as it takes', () => {
    expect(namesOf('anna', 'b/anna', 'b/ben')[1]).toBe('b/anna')
    expect(tellApart(['/1/a/x', '/2/a/x', '/2/b/x', '/2/b/y'])).toEqual(['1/a/x', '2/a/x', 'b/x', 'y'])
  })

  test('keep their rows when there is no exercise in the folder; files are nobody’s', () => {
    const { clones, files } = find('anna', 'notes', 'roster.csv')
    expect(clones.map(({ student, hasExercises }) => [student, hasExercises])).toEqual([
      ['anna', true],
      ['notes', false],
    ])
    expect(files).toEqual(['roster.csv'])
  })

  test.each([
    ['what is not there', ['anna', 'nobody'], /There is no folder nobody\./],
    [
      'no clone at all',
      ['notes'],
      /notes is no clone of this repository: there is no folder exercises in it/,
    ],
    ['none among several', ['notes', 'c', 'roster.csv'], /None of these is a clone of this repository/],
  ])('cannot be: %s', (_, named, sentence) => {
    expect(() => find(...named)).toThrow(sentence)
  })

  test('of a folder full of clones are asked for by a pattern', () => {
    expect(() => find('b')).toThrow(expect.objectContaining({ next: 'Did you mean b/*?' }))
  })
})
