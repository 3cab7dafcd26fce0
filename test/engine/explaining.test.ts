import { describe, expect, test } from 'vitest'
import { afterEvents, entry, exit, journey, more, nobody, step, stored } from './journeys.ts'

const welcome = (extra = {}) =>
  journey(
    'Welcome',
    { in: entry(), fill: step('profile_completed'), buy: step('purchase'), out: exit() },
    ['in > fill > buy > out'],
    extra,
  )
const explained = (...args: Parameters<typeof afterEvents>) => afterEvents(...args).messages.at(-1)

describe('an event without effect has reasons', () => {
  test('which event each journey waits for', () => {
    const spring = journey('Spring', { in: entry(), a: step('a'), b: step('b') }, ['in > a', 'in > b'])
    expect(afterEvents([spring, welcome()], ['purchase']).outcomes).toEqual([
      {
        type: 'no_effect',
        message:
          'no open journey waits for "purchase"; Spring waits for "a" or "b"; Welcome waits for "profile_completed"',
        reasons: [
          {
            journey_id: 'Spring',
            journey_name: 'Spring',
            participation_id: null,
            reason: 'waits_for_other_event',
            message: 'Spring waits for "a" or "b"',
          },
          {
            journey_id: 'Welcome',
            journey_name: 'Welcome',
            participation_id: null,
            reason: 'waits_for_other_event',
            message: 'Welcome waits for "profile_completed"',
          },
        ],
      },
    ])
  })

  const none = 'no open journey waits for'
  test.each([
    ['there is no journey', [], ['purchase'], `${none} "purchase"`],
    [
      'the member waits for another',
      [welcome()],
      ['profile_completed', 'x'],
      `${none} "x"; Welcome waits for "purchase"`,
    ],
    [
      'the journey is completed',
      [welcome()],
      ['profile_completed', 'purchase', 'purchase'],
      `${none} "purchase"; Welcome is completed`,
    ],
    [
      'the journey is a draft',
      [welcome({ status: 'Draft' })],
      ['purchase'],
      `${none} "purchase"; Welcome waits for "purchase", but is a draft`,
    ],
    [
      'the journey is archived',
      [welcome({ status: 'Archived' })],
      ['purchase'],
      `${none} "purchase"; Welcome waits for "purchase", but is archived`,
    ],
    [
      'the journey has not begun',
      [welcome({ start_date: '2026-01-01T00:00:00.000000' })],
      ['purchase'],
      `${none} "purchase"; Welcome waits for "purchase", but starts only at 2026-01-01T00:00:00.000000`,
    ],
    [
      'the journey has ended',
      [welcome({ end_date: '2024-01-01T00:00:00.000000' })],
      ['purchase'],
      `${none} "purchase"; Welcome waits for "purchase", but ended at 2024-01-01T00:00:00.000000`,
    ],
    ['a closed journey has nothing to do with it', [welcome({ status: 'Draft' })], ['x'], `${none} "x"`],
    [
      'the criteria of the step do not hold',
      [journey('Big', { in: entry(), buy: step('purchase', { criteria: more(5) }) }, ['in > buy'])],
      ['purchase'],
      'Big waits for "purchase", but its criteria do not hold',
    ],
    [
      'the criteria of the entry do not hold',
      [journey('Club', { in: entry(more(5)), buy: step('purchase') }, ['in > buy'])],
      ['purchase'],
      `${none} "purchase"; Club lets in only by its entry criteria, which do not hold`,
    ],
    [
      'a journey has no step',
      [journey('Bare', { in: entry() }, [])],
      ['x'],
      `${none} "x"; Bare waits for nothing`,
    ],
  ])('%s', (_, journeys, events, message) => {
    expect(explained(journeys, events)).toBe(message)
  })

  test.each([
    ['expired', { end_date: '2024-01-01T00:00:00.000000' }, 'Welcome has expired'],
    ['in a draft', { status: 'Draft' }, 'Welcome is a draft'],
  ])('the participation is %s', (_, extra, message) => {
    const member = { ...nobody, participations: [stored('Welcome')] }
    expect(explained([welcome(extra)], ['profile_completed'], member)).toContain(message)
  })

  test('in not more than ten journeys, those the member is in first', () => {
    const many = Array.from({ length: 30 }, (_, i) => welcome({ id: `w${i}`, name: `W${i}` }))
    const { outcomes, messages } = afterEvents(many, ['x'], { ...nobody, participations: [stored('w20')] })
    expect(outcomes[0]).toMatchObject({
      reasons: { length: 10, 0: { journey_name: 'W20', participation_id: 'stored' } },
    })
    expect(messages[0]).toContain('; and so on in 20 more')
  })
})
