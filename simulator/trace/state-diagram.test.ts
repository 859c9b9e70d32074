import { readFileSync } from 'node:fs'
import DOMPurify from 'dompurify'
import fc from 'fast-check'
import mermaid from 'mermaid'
import { describe, expect, test } from 'vitest'
import { lifecycle } from '#exercises/03-order-lifecycle/lifecycle.ts'
import { type StateConfig, stateDiagram } from './state-diagram.ts'

// Mermaid's parser of state diagrams cleans every text with it, and without a browser there is nothing that it could do.
Object.assign(DOMPurify, { addHook: () => {}, sanitize: (text: string) => text })

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

describe('a state diagram', () => {
  test('draws what leads somewhere as arrows, and the rest as notes', () => {
    const door: StateConfig = {
      initial: 'open',
      on: { look: { actions: 'describe' } },
      states: {
        open: { on: { close: 'closed', open: { actions: 'ignore' }, push: { actions: 'ignore' } } },
        closed: {
          on: {
            open: [
              {
                guard: 'isUnlocked',
                target: 'open',
                actions: ['creak', { type: 'ring', params: { times: 2, loud: true, soft: false } }],
              },
              { actions: 'rattle' },
            ],
            look: { target: 'seen' },
            burn: 'gone',
          },
        },
        seen: { after: { 500: 'closed' }, on: { look: {} } },
        gone: { type: 'final', on: { look: {} } },
      },
    }
    expect(stateDiagram(door)).toBe(`stateDiagram-v2
  [*] --> open
  open --> closed: close
  closed --> open: open [isUnlocked] / creak, ring(2, loud)
  closed --> seen: look
  closed --> gone: burn
  seen --> closed: after 500
  gone --> [*]
  note right of open
    open, push / ignore
    look / describe
  end note
  note right of closed
    open / rattle
  end note
  note right of seen
    look
  end note
  note right of gone
    look
  end note
`)
  })

  test('draws states within states, and targets by path and by id', async () => {
    const drawn = stateDiagram({
      id: 'light',
      initial: 'on',
      states: {
        on: {
          initial: 'green',
          on: { break: '#off', dim: '.red' },
          states: { green: { on: { next: 'red' } }, red: { on: { next: '#light.on.green' } } },
        },
        'not on': { id: 'off', on: { mend: 'on.red' } },
        both: { type: 'parallel', states: { left: {}, up: { initial: 'a', states: { a: {} } } } },
      },
    })
    expect(drawn).toContain(
      '  state on {\n    [*] --> green\n    green --> red: next\n    red --> green: next\n  }\n',
    )
    expect(drawn).toContain('  state "not on" as not_on\n')
    expect(drawn).toContain('  on --> not_on: break\n')
    expect(drawn).toContain('  on --> red: dim\n')
    expect(drawn).toContain('  not_on --> red: mend\n')
    expect(await mermaid.parse(drawn)).toMatchObject({ diagramType: 'stateDiagram' })
  })

  test('can be read by Mermaid whatever the names are', async () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        'end',
        'end note',
        'state',
        'note',
        '[*]',
        '-->',
        '--',
        'a: b',
        '%%{init}%%',
        '#',
        '7',
        'class',
        'default',
        'hide',
        '"',
        '{',
        '::',
        '<<fork>>',
        'stateDiagram',
        'direction',
        'as',
        'title',
      ),
    )
    await fc.assert(
      fc.asyncProperty(name, name, name, name, async (from, to, event, action) => {
        fc.pre(from !== to && ![from, to].includes('__proto__'))
        const drawn = stateDiagram({
          initial: from,
          on: { [action]: { actions: event } },
          states: {
            [from]: {
              on: { [event]: [{ guard: action, target: to, actions: action }, { actions: action }] },
            },
            [to]: { type: 'final' },
          },
        })
        expect(await mermaid.parse(drawn), drawn).toMatchObject({ diagramType: 'stateDiagram' })
      }),
      { numRuns: 100 },
    )
  })
})

describe('the diagram of an order’s life', () => {
  const drawn = stateDiagram(lifecycle.config)

  test('is one that Mermaid can read', async () => {
    expect(await mermaid.parse(drawn)).toMatchObject({ diagramType: 'stateDiagram' })
  })

  test('is in diagrams/ as the machine has it today: npm run docs writes it', () => {
    expect(read('diagrams/order-lifecycle.mmd')).toBe(drawn)
  })

  test('is in the README of the exercise as well', () => {
    expect(read('exercises/03-order-lifecycle/README.md')).toContain(`\`\`\`mermaid\n${drawn}\`\`\`\n`)
  })
})
