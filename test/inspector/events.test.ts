import { describe, expect, it, test } from 'vitest'
import { criterionCompiler } from '../../src/engine/criterion.ts'
import { exampleAttributes } from '../../src/inspector/event-form.ts'
import { nearestName } from '../../src/seed/suggest.ts'
import { testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, SITE, seedOf } from '../support/seeds.ts'

const amount = { var: 'attributes.amount' }
const { entry, event, reward } = nodesOf(1)
const nodes = [
  { id: entry, type: 'entry' as const, name: 'Joins' },
  {
    id: event,
    type: 'event' as const,
    name: 'Buys',
    config: { event: 'purchase', criteria: { '>=': [amount, 50] } },
  },
  {
    id: reward,
    type: 'reward' as const,
    name: 'Points',
    config: { type: 'points', hold: 'P3D', blocking_events: ['return'] },
  },
]
const seeds = [seedOf({ journeys: [journeyOf(1, { nodes })], members: [memberOf('ann@example.com')] })]

const words = (page: string) =>
  page
    .replace(/<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/\s+/g, ' ')
const page = async (sandbox: Awaited<ReturnType<typeof testApp>>, url: string) => {
  const { body } = await sandbox.app.inject(url)
  return body
}
const ANN = `/sites/${SITE.site_id}/members/ann%40example.com`
const send = async (sandbox: Awaited<ReturnType<typeof testApp>>, form: Record<string, string>) => {
  const { headers } = await sandbox.app.inject({
    method: 'POST',
    url: '/actions/postEvent',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      site: SITE.site_id,
      back: ANN,
      email: 'ann@example.com',
      ...form,
    }).toString(),
  })
  return page(sandbox, String(headers.location))
}

describe('The event form of a member', () => {
  it('offers the events that change something, with attributes that meet their criteria', async () => {
    await using sandbox = await testApp({ seeds })
    const before = await page(sandbox, ANN)
    expect(words(before)).toMatch(/enter purchase Journey 1/)
    expect(before).toMatch(/name="event"[^>]* value="purchase"/)
    expect(words(before)).toContain('{"amount":50}')
    await send(sandbox, { event: 'purchase', attributes_json: '{"amount":50}' })
    expect(words(await page(sandbox, ANN))).toMatch(/block return Journey 1/)
    expect(await page(sandbox, `${ANN}?event=other&attributes=%7B%7D`)).toMatch(
      /name="event"[^>]* value="other"/,
    )
  })

  it('shows in amber an event that had no effect, with the reason and a suggestion', async () => {
    await using sandbox = await testApp({ seeds })
    const text = await send(sandbox, { event: 'purchse' })
    expect(text).toMatch(/class="toast wait"/)
    expect(words(text)).toMatch(/No journey waits for “purchse”\. Did you mean purchase \?/)
    expect(words(text)).toMatch(/Journey 1 waits for "purchase"/)
    const near = words(await send(sandbox, { event: 'purchase', attributes_json: '{"amount":1}' }))
    expect(near).toContain('its criteria do not hold')
    expect(near).not.toContain('Did you mean')
  })

  it('highlights the nodes that changed', async () => {
    await using sandbox = await testApp({ seeds })
    const text = await send(sandbox, { event: 'purchase', attributes_json: '{"amount":60}' })
    expect(text).toMatch(/class="toast good"/)
    expect(text).toMatch(/class="node event noted passed lit"/)
    expect(await page(sandbox, ANN)).not.toMatch(/ lit"/)
  })

  it('is also in the panel of a node, with a member who waits there', async () => {
    await using sandbox = await testApp({ seeds })
    const url = `/sites/${SITE.site_id}/journeys/${id(1)}?node=${event}`
    expect(words(await page(sandbox, url))).toMatch(
      /Waits for the event purchase where amount is at least 50\./,
    )
    await using other = await testApp({ seeds: [seedOf()] })
    expect(words(await page(other, url))).toMatch(/1 member waits here ann@example\.com/)
  })
})

test.each([
  [{ '>=': [amount, 50] }, { amount: 50 }],
  [{ '>': [amount, 50] }, { amount: 51 }],
  [{ '<': [amount, 50] }, { amount: 49 }],
  [{ '<': [10, amount, 50] }, { amount: 11 }],
  [{ '==': ['boots', { var: 'attributes.category' }] }, { category: 'boots' }],
  [{ in: [{ var: 'attributes.size' }, ['s', 'm']] }, { size: 's' }],
  [{ and: [{ '>=': [amount, 5] }, { '==': [{ var: 'attributes.a' }, 'b'] }] }, { amount: 5, a: 'b' }],
  [{ or: [{ '<=': [amount, 5] }, { '==': [{ var: 'attributes.a' }, 'b'] }] }, { amount: 5 }],
  [{ '!!': amount }, { amount: true }],
])('the rule %j gives the attributes %j', (rule, expected) => {
  const attributes = exampleAttributes(rule)
  expect(attributes).toEqual(expected)
  const facts = { event: 'e', at: '2025-01-01T00:00:00.000000', member: { email: 'a@b.c', attributes: {} } }
  expect(criterionCompiler()(rule)({ ...facts, attributes })).toBe(true)
})

test.each([
  undefined,
  {},
  { '!': amount },
  { '==': [amount, { '+': [1, 2] }] },
  { '==': [{ var: 'event' }, 'x'] },
])('%j gives no attributes', rule => {
  expect(exampleAttributes(rule)).toEqual({})
})

test.each([
  ['purchse', 'purchase'],
  ['PURCHASE', 'purchase'],
  ['retrun', 'return'],
  ['sign_up', 'signup'],
  ['x', undefined],
  ['something_else', undefined],
])('the nearest name to %s is %s', (name, expected) => {
  expect(nearestName(name, ['purchase', 'return', 'signup'])).toBe(expected)
})
