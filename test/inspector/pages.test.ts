import { describe, expect, it, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import { FAULT_KINDS } from '../../src/sites/fault-rule.ts'
import { NOW, testApp } from '../support/app.ts'
import { id, journeyOf, memberOf, nodesOf, participationOf, SITE, seedOf } from '../support/seeds.ts'
import { goodClaims, headersOf, jwt } from '../support/token.ts'

type Sandbox = Awaited<ReturnType<typeof testApp>>

const get = async ({ app }: Sandbox, url: string, headers: Record<string, string> = {}) => {
  const response = await app.inject({ url, headers })
  return {
    status: response.statusCode,
    text: response.body,
    headers: response.headers,
    to: String(response.headers.location),
  }
}
/** Sends a form, as a browser does. */
const post = async (
  { app }: Sandbox,
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) => {
  const response = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(form).toString(),
  })
  return {
    status: response.statusCode,
    to: String(response.headers.location),
    text: response.body,
    headers: response.headers,
  }
}
const act = (sandbox: Sandbox, action: string, form: Record<string, string> = {}) =>
  post(sandbox, `/actions/${action}`, { site: SITE.site_id, back: HOME, ...form })
const HOME = `/sites/${SITE.site_id}`
const ANN = `${HOME}/members/ann%40example.com`
const call = (sandbox: Sandbox, identifier: string, token = jwt(goodClaims(identifier))) =>
  get(sandbox, `/api/3.0/user/${identifier}/journeys`, headersOf(token))

/** The text of a page, without its markup. */
const words = (page: string) =>
  page
    .replace(/<(script|style|title)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

describe('Every page', () => {
  const pages = [
    '/sites',
    HOME,
    `${HOME}/journeys`,
    `${HOME}/journeys/${id(1)}`,
    `${HOME}/members`,
    ANN,
    `${HOME}/requests`,
    `${HOME}/faults`,
    `${HOME}/clock`,
    `${HOME}/data`,
    `${HOME}/report`,
    '/requests',
  ]

  it.each(pages)('%s is complete, has one heading and nothing inline', async url => {
    await using sandbox = await testApp()
    const { status, text, headers } = await get(sandbox, url)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    expect(headers['content-security-policy']).toMatch(/default-src 'none'/)
    expect(headers['content-security-policy']).not.toMatch(/unsafe|http/)
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<\/html>\n$/)
    expect(text.match(/<h1>/g)).toHaveLength(1)
    expect(text).not.toMatch(
      / style=| on[a-z]+="|<style|<script(?!( type="module"| defer) src="\/assets\/)|undefined|\[object|NaN/,
    )
  })

  it('loads assets that may be cached for ever', async () => {
    await using sandbox = await testApp()
    const { text } = await get(sandbox, HOME)
    const named = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(found => found[1] as string)
    // What the scripts import lies beside them.
    const modules = ['canvas.js', 'requests.js', 'times.js', 'panzoom.es.js'].map(name =>
      (named[0] as string).replace(/[^/]+$/, name),
    )
    const assets = new Set([...named, ...modules])
    expect(assets.size).toBe(11)
    for (const asset of assets) {
      const { status, headers } = await get(sandbox, asset)
      expect({ status, cache: headers['cache-control'] }).toEqual({
        status: 200,
        cache: 'public, max-age=31536000, immutable',
      })
    }
  })

  it.each([
    '/sites/1',
    `${HOME}/nowhere`,
    `${HOME}/journeys/${id(9)}`,
    `${HOME}/journeys/x`,
    `${HOME}/journeys/${id(9)}.svg`,
    `${HOME}/members/nobody@example.com`,
    `${HOME}/members/%00`,
    `${HOME}/requests/req-0`,
    '/requests/req-0',
    '/assets/x.js',
  ])('that does not exist is a page with a link to the others: %s', async url => {
    await using sandbox = await testApp()
    const { status, text, headers } = await get(sandbox, url)
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 404,
      type: 'text/html; charset=utf-8',
    })
    expect(text).toMatch(/<a class="button" href="\/sites">All sites|<a href="[^"]+\/members">All members/)
  })

  it('leaves all other paths to the APIs', async () => {
    await using sandbox = await testApp()
    for (const [url, status] of [
      ['/nowhere', 404],
      ['/api/3.0/x', 404],
      ['/_sandbox/x', 404],
      ['/docs', 200],
      ['/openapi.json', 200],
    ] as const) {
      const answer = await get(sandbox, url)
      expect({ url, status: answer.status }).toEqual({ url, status })
      expect(answer.text).not.toContain('Journeys sandbox</a>')
    }
  })

  it.each(['/sites', '/requests', '/assets', '/actions/x', '/sites/9991331'])(
    'does not hide the operations where they are under %s',
    async basePath => {
      await using sandbox = await testApp({ config: { basePath } })
      const headers = sandbox.sites.get(SITE.site_id).headersFor()
      expect((await get(sandbox, `${basePath}/journeys`, headers)).status).toBe(200)
      expect((await call(sandbox, 'ann@example.com')).status).toBe(404)
      expect((await get(sandbox, '/')).status).toBe(302)
    },
  )

  it('answers HEAD, but not for a stream', async () => {
    await using sandbox = await testApp()
    const head = async (url: string) => (await sandbox.app.inject({ method: 'HEAD', url })).statusCode
    expect(await head('/sites')).toBe(200)
    expect(await head('/requests/stream')).toBe(404)
    expect(await head(`${HOME}/requests/stream`)).toBe(404)
  })

  it('works where the operations are at the root', async () => {
    await using sandbox = await testApp({ config: { basePath: '/' } })
    for (const url of pages) expect((await get(sandbox, url)).status, url).toBe(200)
    expect((await get(sandbox, '/journeys', sandbox.sites.get(SITE.site_id).headersFor())).status).toBe(200)
    expect((await get(sandbox, '/nowhere')).headers['content-type']).toMatch(/json/)
    expect(words((await get(sandbox, ANN)).text)).toContain('GET /user/ann%40example.com/journeys')
  })

  it('is gone with --inspector off, and the diagrams of the control API are not', async () => {
    await using sandbox = await testApp({ config: { inspector: 'off' } })
    for (const url of pages) expect((await get(sandbox, url)).status, url).toBe(404)
    expect((await get(sandbox, `/_sandbox${HOME}/journeys/${id(1)}.svg`)).status).toBe(200)
  })
})

describe('The home page', () => {
  it('says what to do where there is no site', async () => {
    await using sandbox = await testApp({ seeds: [] })
    const { to: home } = await get(sandbox, '/')
    expect(home).toBe('/sites')
    expect(words((await get(sandbox, home)).text)).toContain('There is no site yet')
    const { to } = await post(sandbox, '/actions/createSite', {
      site: '',
      back: '/',
      name: 'mine',
      seed: 'empty',
    })
    expect(to).toMatch(/^\/sites\/\d{7}\?notice=/)
    expect(words((await get(sandbox, to)).text)).toMatch(
      /No member has entered a journey[\s\S]*No reward is held[\s\S]*The site is created\./,
    )
    expect(sandbox.sites.list().map(({ name }) => name)).toEqual(['mine'])
  })

  it('leads to the only site, or to the list of them with the counts, the clock and the last request', async () => {
    await using sandbox = await testApp()
    expect((await get(sandbox, '/')).to).toBe(HOME)
    sandbox.sites.create({ site_id: 'second', seed: 'empty' })
    expect((await get(sandbox, '/')).to).toBe('/sites')
    await call(sandbox, 'ann@example.com')
    expect(words((await get(sandbox, '/sites')).text)).toMatch(
      /demo-site 9991331 1 1 2025-06-01 12:00:00 200 getMemberJourneys 2025-06-01 12:00:00/,
    )
  })

  it('of a site has a request that works', async () => {
    await using sandbox = await testApp()
    const { text } = await get(sandbox, HOME, { host: 'sandbox:8080' })
    const curl = /curl [^<]*/.exec(words(text))?.[0] as string
    expect(curl).toContain("'http://sandbox:8080/api/3.0/journeys'")
    const authorization = /Authorization: (Bearer [\w.-]+)/.exec(curl)?.[1] as string
    expect(
      (await get(sandbox, '/api/3.0/journeys', { authorization, 'x-annexcloud-site': SITE.site_id })).status,
    ).toBe(200)
  })

  it('pages a thousand sites', async () => {
    await using sandbox = await testApp({ seeds: [] })
    for (let i = 0; i < 120; i++) sandbox.sites.create({ name: `site number ${i}`, seed: 'empty' })
    const first = words((await get(sandbox, '/sites')).text)
    expect(first).toContain('1–50 of 120')
    expect(first).toContain('site number 49')
    expect(first).not.toContain('site number 50')
    const last = words((await get(sandbox, '/sites?page=3')).text)
    expect(last).toContain('101–120 of 120')
    expect(last).toContain('site number 119')
    expect(words((await get(sandbox, '/sites?page=9')).text)).toContain(
      'Nothing on page 9; the last is page 3',
    )
    for (const page of ['0', '-1', 'x', '1e9', '99999999999'])
      expect(words((await get(sandbox, `/sites?page=${page}`)).text)).toContain('1–50 of 120')
  })
})

describe('A site with members in many states', () => {
  const { event } = nodesOf(1)
  const done = { events: [{ node_id: event, completed_at: '2025-01-16T10:00:00.000000' }] }
  const completed = { completed_at: '2025-02-01T00:00:00.000000', progress_percentage: '100.0', ...done }
  const members = [
    memberOf('a@example.com', participationOf(1, 1)),
    memberOf('b@example.com', participationOf(2, 1, completed)),
    memberOf('c@example.com', participationOf(3, 1, { expired_at: '2025-02-01T00:00:00.000000' })),
    memberOf(
      'd@example.com',
      participationOf(4, 2),
      participationOf(5, 1, { expired_at: '2099-02-01T00:00:00.000000' }),
    ),
  ]
  const journeys = [journeyOf(1), journeyOf(2, { end_date: '2025-03-01T00:00:00.000000' })]

  it('counts who entered, is in progress, completed and expired', async () => {
    await using sandbox = await testApp({ seeds: [seedOf({ members, journeys })] })
    const text = words((await get(sandbox, `${HOME}/journeys`)).text)
    expect(text).toMatch(/Journey 1 Published – – 4 2 1 1 /)
    expect(text).toMatch(/Journey 2 Published ended – 2025-03-01 00:00:00 1 0 0 1 /)
    expect(words((await get(sandbox, `${HOME}/journeys/${id(1)}`)).text)).toMatch(/ Buys event 2 1 /)
  })

  it('finds members by a part of their email, whatever its case', async () => {
    const odd = ['100%@example.com', 'under_score@example.com', 'Zoë@example.com', '"a/b c"@example.com']
    const seeds = [seedOf({ members: [...members, ...odd.map(email => memberOf(email))], journeys })]
    await using sandbox = await testApp({ seeds })
    const found = async (search: string) => {
      const { text } = await get(sandbox, `${HOME}/members?search=${encodeURIComponent(search)}`)
      return [...text.matchAll(/<th scope="row"><a href="[^"]+\/members\/([^"]+)">/g)].map(link =>
        decodeURIComponent(link[1] as string),
      )
    }
    expect(await found('%')).toEqual(['100%@example.com'])
    expect(await found('R_S')).toEqual(['under_score@example.com'])
    expect(await found('zoë')).toEqual(['Zoë@example.com'])
    expect(await found('/B')).toEqual(['"a/b c"@example.com'])
    expect(await found('nobody')).toEqual([])
    expect(await found(' ')).toHaveLength(8)
    for (const email of odd) {
      const { status, text } = await get(sandbox, `${HOME}/members/${encodeURIComponent(email)}`)
      expect({ status, heading: words(/<h1>.*<\/h1>/.exec(text)?.[0] as string).trim() }).toEqual({
        status: 200,
        heading: email,
      })
      expect(text.match(/<figcaption>.*?200/g)).toHaveLength(2)
    }
  })
})

describe('A member', () => {
  it('is shown as the API answers, and the page changes nothing', async () => {
    await using sandbox = await testApp()
    const site = sandbox.sites.get(SITE.site_id)
    site.faults.add({ times: 1, fault: { kind: 'status', status: 503 } })
    const page = words((await get(sandbox, ANN)).text)
    expect(site.requests.count()).toBe(0)
    expect(site.faults.list()).toMatchObject([{ seen: 0 }])
    expect((await call(sandbox, 'ann@example.com')).status).toBe(503)
    const answer = JSON.parse((await call(sandbox, 'ann@example.com')).text)
    const withoutSpaces = (text: string) => text.replace(/\s+/g, '')
    expect(withoutSpaces(page)).toContain(withoutSpaces(JSON.stringify(answer)))
  })

  it.each([
    ['blocked', 'AC1008'],
    ['opted_out', 'AC1009'],
  ] as const)('who is %s is shown with the error of the API', async (status, errorCode) => {
    const members = [{ ...memberOf('ann@example.com', participationOf(1, 1)), status }]
    await using sandbox = await testApp({ seeds: [seedOf({ members })] })
    const answer = await call(sandbox, 'ann@example.com')
    expect(answer.text).toContain(errorCode)
    const page = words((await get(sandbox, ANN)).text)
    expect(page.split(JSON.stringify(errorCode))).toHaveLength(3)
    expect(page).toContain(`/user/ann%40example.com/journeys ${answer.status}`)
  })

  it('gets the event of the form, and the page shows its effects', async () => {
    const { entry, event, reward } = nodesOf(1)
    const nodes = [
      { id: entry, type: 'entry' as const, name: 'Joins' },
      { id: event, type: 'event' as const, name: 'Buys', config: { event: 'purchase' } },
      {
        id: reward,
        type: 'reward' as const,
        name: 'Points',
        config: { type: 'points', hold: 'P3D', blocking_events: ['return'] },
      },
    ]
    await using sandbox = await testApp({
      seeds: [seedOf({ journeys: [journeyOf(1, { nodes })], members: [memberOf('ann@example.com')] })],
    })
    const before = (await get(sandbox, ANN)).text
    expect([...before.matchAll(/<option value="([^"]+)">/g)].map(found => found[1])).toEqual([
      'purchase',
      'return',
    ])

    const form = {
      email: 'ann@example.com',
      event: 'purchase',
      attributes_json: '{"amount": 9}',
      at: '',
      back: ANN,
    }
    const { status, to } = await act(sandbox, 'postEvent', form)
    expect(status).toBe(303)
    const after = (await get(sandbox, to)).text
    expect(words(after)).toMatch(/Effects of “purchase” .*Points.* “purchase” was sent to ann@example\.com\./)
    expect(words(after)).toContain('held until 2025-06-04')
    expect(words(after)).toContain('{"amount":9}')
    expect(after).toMatch(/class="node event noted passed lit"/)
    expect(after).toMatch(/class="edge taken"/)

    await act(sandbox, 'advance', { by: 'P4D' })
    expect(words((await get(sandbox, ANN)).text)).not.toContain('held until')
  })

  it.each([
    [{ event: 'purchase', attributes_json: '{"amount": ' }, /must be JSON/],
    [{ event: 'purchase', attributes_json: '[1]' }, /\/attributes/],
    [{ event: ' ' }, /\/event/],
    [{ event: 'purchase', at: 'yesterday' }, /yesterday.*is not a time/],
    [{ event: 'purchase', at: '2099-01-01T00:00:00Z' }, /is in the future of the site/],
    [{ event: 'x'.repeat(201) }, /\/event/],
  ])('keeps what was filled in when it is refused: %o', async (form, why) => {
    await using sandbox = await testApp()
    const { to } = await act(sandbox, 'postEvent', { email: 'ann@example.com', back: ANN, ...form })
    const { text } = await get(sandbox, to)
    expect(words(text)).toMatch(why)
    expect(text).toContain('role="alert"')
    for (const value of Object.values(form)) {
      expect(text.replaceAll('&quot;', '"')).toContain(
        value.startsWith('[') || value.startsWith('{') ? `>${value}</textarea>` : `value="${value}"`,
      )
    }
    expect(sandbox.sites.get(SITE.site_id).events.history('ann@example.com')).toEqual([])
  })
})

describe('A refused call', () => {
  it('is explained check by check, beside a good token', async () => {
    await using sandbox = await testApp()
    await call(
      sandbox,
      'ann@example.com',
      jwt({ ...goodClaims('ann@example.com'), hmac: goodClaims('bob@example.com').hmac }),
    )
    const list = (await get(sandbox, `${HOME}/requests`)).text
    const href = /href="(\/sites\/9991331\/requests\/[^"]+)"/.exec(list)?.[1] as string
    const { text } = await get(sandbox, href)
    expect(words(text)).toMatch(/Refused by the check hmac \./)
    expect([...text.matchAll(/class="check (\w+)"/g)].map(found => found[1])).toEqual([
      ...Array(6).fill('passed'),
      'failed',
    ])
    expect(words(text)).toMatch(/hmac \S+= \S+= failed/)
    const curl = /curl -H 'Authorization: (Bearer [^']+)'/.exec(words(text))?.[1] as string
    expect(
      (
        await get(sandbox, '/api/3.0/user/ann@example.com/journeys', {
          authorization: curl,
          'x-annexcloud-site': SITE.site_id,
        })
      ).status,
    ).toBe(200)
  })

  it('is explained by the clock of the moment it came, whatever changes later', async () => {
    await using sandbox = await testApp()
    const claims = goodClaims('ann@example.com')
    await call(sandbox, 'ann@example.com', jwt({ ...claims, exp: NOW / 1000 - 60 }))
    await call(sandbox, 'ann@example.com', jwt({ ...claims, exp: NOW / 1000 + 60 }))
    const [good, expired] = sandbox.sites.get(SITE.site_id).requests.list()
    const outcomes = async (record: typeof good) => {
      const { text } = await get(sandbox, `${HOME}/requests/${record?.id}`)
      return [...text.matchAll(/class="check (\w+)"/g)].map(found => found[1])
    }
    const before = [await outcomes(good), await outcomes(expired)]
    expect(before[0]).toEqual(Array(7).fill('passed'))
    expect(before[1]?.[4]).toBe('failed')
    await act(sandbox, 'advance', { by: 'P1D' })
    expect([await outcomes(good), await outcomes(expired)]).toEqual(before)
  })

  it('that named no site is found among the unmatched requests', async () => {
    await using sandbox = await testApp()
    await get(sandbox, '/api/3.0/user/ann@example.com/journeys', {
      authorization: `Bearer ${jwt(goodClaims('ann@example.com'))}`,
    })
    expect((await get(sandbox, '/sites')).text).toContain('<a href="/requests">1 request matched no site')
    const href = /href="(\/requests\/req[^"]+)"/.exec((await get(sandbox, '/requests')).text)?.[1] as string
    const text = words((await get(sandbox, href)).text)
    expect(text).toMatch(/Refused by the check site \..*X-AnnexCloud-Site/)
    expect(text).toMatch(/Copy as The same request for the site demo-site, with a fresh token\. .* curl -H/)
  })

  it.each([
    ['/api/3.0/nowhere', {}, 'There is no such operation for GET'],
    ['/api/3.0/journeys', { 'x-sandbox-fault': 'status=503' }, 'The fault status came first'],
    ['/api/3.0/journeys', { authorization: 'Basic eDp5' }, 'Refused by the check format'],
    ['/api/3.0/journeys', { authorization: 'Bearer e30.e30.x' }, 'Refused by the check'],
    ['/api/3.0/journeys', { authorization: `Bearer ${jwt('null')}` }, 'Refused by the check'],
    [
      '/api/3.0/journeys',
      { authorization: `Bearer ${jwt({ exp: 1e300, hmac: [1], 'x<b>': null })}` },
      'Refused by the check',
    ],
  ])('of any kind has a page: %s with %o', async (url, headers, expected) => {
    await using sandbox = await testApp()
    await get(sandbox, url, { 'x-annexcloud-site': SITE.site_id, ...(headers as Record<string, string>) })
    const [record] = sandbox.sites.get(SITE.site_id).requests.list()
    const { status, text } = await get(sandbox, `${HOME}/requests/${record?.id}`)
    expect(status).toBe(200)
    expect(words(text)).toContain(expected)
  })
})

test('The journal is filtered by the form, and emptied by its button', async () => {
  await using sandbox = await testApp()
  await call(sandbox, 'ann@example.com')
  await call(sandbox, 'bob@example.com')
  const rows = async (query: string) =>
    (await get(sandbox, `${HOME}/requests?${query}`)).text.match(/id="call-/g)?.length ?? 0
  expect(await rows('')).toBe(2)
  expect(await rows('status=200')).toBe(1)
  expect(await rows('status=4xx')).toBe(1)
  expect(await rows('status=5xx')).toBe(0)
  expect(await rows('status=none')).toBe(0)
  expect(await rows('q=BOB@example.com')).toBe(1)
  expect(await rows('q=no+member')).toBe(1)
  expect(await rows('operation=getJourneys')).toBe(0)
  expect(await rows('operation=x&status=x&q=%20')).toBe(2)
  // Of several parameters with the same name, the last counts.
  expect(await rows('q=ann@example.com&q=bob@example.com&status=2xx&status=4xx')).toBe(1)
  await act(sandbox, 'clearRequests', { back: `${HOME}/requests` })
  expect(await rows('')).toBe(0)
})

describe('Text that looks like HTML', () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
  const long = 'lorem '.repeat(1700)
  const { entry, event, reward } = nodesOf(1)
  const nodes = [
    { id: entry, type: 'entry' as const, name: evil },
    { id: event, type: 'event' as const, name: long, config: { event: evil } },
    { id: reward, type: 'reward' as const, name: 'x'.repeat(10_000), config: { type: evil } },
  ]
  const seeds = [
    seedOf({
      site: { site_id: '"><script>', name: evil, secret: evil },
      journeys: [journeyOf(1, { name: evil, description: long, created_by: evil, nodes })],
      members: [
        {
          email: '"<script>alert(1)</script>"@example.com',
          attributes: { a: evil },
          participations: [
            participationOf(1, 1, {
              events: [{ node_id: event, completed_at: '2025-01-16T10:00:00.000000' }],
              rewards: [{ node_id: reward, blocked_by: evil, blocked_at: '2025-01-16T10:00:00.000000' }],
            }),
          ],
        },
      ],
    }),
  ]

  it('is escaped on every page', async () => {
    await using sandbox = await testApp({ seeds })
    const site = encodeURIComponent('"><script>')
    const member = encodeURIComponent('"<script>alert(1)</script>"@example.com')
    await get(sandbox, `/api/3.0/user/${member}/journeys?x="><script>`, {
      'x-annexcloud-site': '"><script>',
      evil,
    })
    sandbox.sites.get('"><script>').snapshots.take(evil)
    sandbox.sites.get('"><script>').faults.add({ fault: { kind: 'status', status: 503, body: evil } })
    const [record] = sandbox.sites.get('"><script>').requests.list()
    for (const url of [
      '/sites',
      '',
      '/journeys',
      `/journeys/${id(1)}`,
      '/members',
      `/members?search=${member}`,
      `/members/${member}`,
      '/requests',
      `/requests?q=${member}`,
      `/requests/${record?.id}`,
      '/faults',
      '/clock',
      '/data',
      '/report',
      '/<script>',
    ]) {
      const { status, text } = await get(sandbox, url === '/sites' ? url : `/sites/${site}${url}`)
      expect({ url, status }).toEqual({ url, status: url === '/<script>' ? 404 : 200 })
      expect(text.match(/<script/g), url).toHaveLength(2)
      expect(text, url).not.toMatch(/<img(?! src="\/assets)/)
    }
  })
})

describe('Behind a proxy that serves the sandbox under a path', () => {
  const headers = { 'x-forwarded-prefix': '/sandbox' }

  it('every link and every redirect has the path', async () => {
    await using sandbox = await testApp({ config: { trustProxy: true } })
    expect((await get(sandbox, '/', headers)).to).toBe(`/sandbox${HOME}`)
    const { text } = await get(sandbox, `${HOME}/requests`, headers)
    const paths = [...text.matchAll(/ (?:href|src|action|data-live)="(\/[^"]*)"/g)].map(found => found[1])
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter(path => !path?.startsWith('/sandbox/'))).toEqual([])
    const { to } = await post(sandbox, '/actions/freeze', { site: SITE.site_id, back: HOME }, headers)
    expect(to).toMatch(new RegExp(`^/sandbox${HOME}\\?notice=`))
  })
})

describe('A request from elsewhere', () => {
  it('is refused by its host name', async () => {
    await using sandbox = await testApp()
    const { status, text } = await get(sandbox, '/', { host: 'evil.example.com' })
    expect(status).toBe(421)
    expect(text).toContain('--allow-host evil.example.com')
    const config = { allowHost: 'sandbox.example.com' }
    await using open = await testApp({ config })
    expect((await get(open, HOME, { host: 'sandbox.example.com' })).status).toBe(200)
  })

  it.each([
    [{ origin: 'http://evil.example.com' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'http://localhost:80' }, 403],
    [{ origin: 'http://localhost:4300', 'sec-fetch-site': 'same-origin' }, 303],
    [{}, 303],
  ])('that sends a form with %o is answered %i', async (headers, expected) => {
    await using sandbox = await testApp()
    const site = sandbox.sites.get(SITE.site_id)
    const { status } = await post(sandbox, '/actions/freeze', { site: SITE.site_id, back: HOME }, {
      host: 'localhost:4300',
      ...headers,
    } as Record<string, string>)
    expect(status).toBe(expected)
    expect(site.clock.read().frozen).toBe(expected === 303)
  })

  it('is not redirected to another host, nor shown the text of a URL', async () => {
    await using sandbox = await testApp()
    for (const back of [
      'https://evil.example.com/',
      '//evil.example.com/',
      '/\\evil.example.com',
      '/.//evil.example.com/',
      '/..//evil.example.com/',
      '/x/..//evil.example.com',
      'javascript:alert(1)',
      'x:y',
    ]) {
      const { to } = await act(sandbox, 'freeze', { back })
      expect(to).toMatch(/^\/(\?|x|[a-z]*\?)/)
      expect(new URL(to, 'http://localhost').host).toBe('localhost')
    }
    expect((await get(sandbox, '/?notice=Send+your+password')).text).not.toContain('password')
  })
})

describe('With a control token', () => {
  const config: Partial<Config> = { controlToken: 'open-sesame' }

  it('people sign in with it, and get a cookie that does not contain it', async () => {
    await using sandbox = await testApp({ config })
    const asked = await get(sandbox, ANN)
    expect(asked.status).toBe(401)
    expect(asked.text).toContain(`<input type="hidden" name="to" value="${ANN}">`)
    expect(asked.text).not.toContain('sandbox-secret')
    expect((await get(sandbox, /href="(\/assets[^"]+css)"/.exec(asked.text)?.[1] as string)).status).toBe(200)

    const wrong = await post(sandbox, '/sign-in', { token: 'wrong', to: ANN })
    expect({ status: wrong.status, cookie: wrong.headers['set-cookie'] }).toEqual({
      status: 401,
      cookie: undefined,
    })
    expect(wrong.text).toContain('not the control token')

    const right = await post(sandbox, '/sign-in', { token: 'open-sesame', to: ANN })
    expect({ status: right.status, to: right.to }).toEqual({ status: 303, to: ANN })
    const set = String(right.headers['set-cookie'])
    expect(set).toMatch(/^journeys-sandbox=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(set).not.toContain('open-sesame')
    const cookie = set.split(';', 1)[0] as string
    expect((await get(sandbox, ANN, { cookie })).status).toBe(200)
    const acted = await post(sandbox, '/actions/freeze', { site: SITE.site_id, back: HOME }, { cookie })
    expect(acted.status).toBe(303)
    expect(sandbox.sites.get(SITE.site_id).clock.read().frozen).toBe(true)
    sandbox.sites.get(SITE.site_id).faults.add({ fault: { kind: 'hang' } })
    for (const path of ['clock', 'faults', 'report']) {
      const { text } = await get(sandbox, `${HOME}/${path}`, { cookie })
      const commands = text.match(/curl (?!with)[^\n<]*_sandbox[^\n<]*/g) ?? []
      expect(commands.length).toBeGreaterThan(0)
      for (const command of commands) expect(command).toContain('$SANDBOX_CONTROL_TOKEN')
      expect(text).not.toContain('open-sesame')
    }

    for (const to of ['/.//evil.example', '//evil.example', 'https://evil.example/x']) {
      const led = await post(sandbox, '/sign-in', { token: 'open-sesame', to })
      expect({ status: led.status, to: led.to }).toEqual({ status: 303, to: '/' })
    }

    const out = await post(sandbox, '/sign-out', {}, { cookie })
    expect(String(out.headers['set-cookie'])).toMatch(/^journeys-sandbox=; Max-Age=0;/)
  })

  it.each([
    '',
    'journeys-sandbox=',
    'journeys-sandbox=open-sesame',
    `journeys-sandbox=${'A'.repeat(43)}`,
    'journeys-sandbox=%zz; x',
  ])('the cookie %s is refused', async cookie => {
    await using sandbox = await testApp({ config })
    for (const url of ['/', HOME, '/requests', '/requests/stream', `${HOME}/journeys/${id(1)}.svg`])
      expect((await get(sandbox, url, { cookie })).status, url).toBe(401)
    expect((await post(sandbox, '/actions/reset', { site: SITE.site_id }, { cookie })).status).toBe(401)
  })

  it('a program may send it as it does to the control API', async () => {
    await using sandbox = await testApp({ config })
    expect((await get(sandbox, HOME, { authorization: 'Bearer open-sesame' })).status).toBe(200)
  })
})

test('With --control off there are no buttons and no credentials, and forms are refused', async () => {
  await using sandbox = await testApp({ config: { control: 'off' } })
  await call(sandbox, 'ann@example.com', 'bad')
  const [record] = sandbox.sites.get(SITE.site_id).requests.list()
  for (const url of [
    '/sites',
    HOME,
    `${HOME}/journeys/${id(1)}`,
    ANN,
    `${HOME}/members`,
    `${HOME}/members/nobody@example.com`,
    `${HOME}/requests`,
    `${HOME}/requests/${record?.id}`,
    `${HOME}/faults`,
    `${HOME}/clock`,
    `${HOME}/data`,
    `${HOME}/report`,
  ]) {
    const { status, text } = await get(sandbox, url)
    expect(status).toBe(url.includes('nobody') ? 404 : 200)
    expect(text, url).not.toMatch(/method="post"|sandbox-secret|Authorization: Bearer ey|curl -X/)
  }
  const refused = await act(sandbox, 'freeze')
  expect({ status: refused.status, said: words(refused.text) }).toMatchObject({
    status: 409,
    said: expect.stringContaining('The control API is off'),
  })
  expect(sandbox.sites.get(SITE.site_id).clock.read().frozen).toBe(false)
})

test.each([
  ['reset', {}, 'back at its seed'],
  ['advance', { by: 'P1D' }, 'now at 2025-06-02T12:00:00'],
  ['advance', { by: 'soon' }, '"soon" is not a duration'],
  ['setClock', { now: '2025-07-01T00:00:00Z' }, 'now at 2025-07-01T00:00:00'],
  ['setClock', { now: '2024-07-01T00:00:00Z' }, 'only goes forward'],
  ['tokenClock', { tokens: 'true' }, 'expire by the clock of the site'],
  ['freeze', {}, 'is frozen at'],
  ['unfreeze', {}, 'runs again'],
  ['takeSnapshot', { name: 'a/b ü' }, 'The snapshot “a/b ü”'],
  ['takeSnapshot', { name: 'x'.repeat(201) }, '/name'],
  ['restoreSnapshot', { name: 'none' }, 'there is no snapshot "none"'],
  ['addFault', { kind: 'status', status: '503' }, 'The fault rule fault-1 is active'],
  ['addFault', { kind: 'status', status: 'x' }, 'Status must be a number, not "x"'],
  ['addFault', { kind: 'status', status: '503', headers: 'nonsense' }, 'a header is written like'],
  ['addFault', { kind: 'explode' }, '/fault'],
  ['addFault', { kind: 'patch', patch: '[' }, 'The JSON Patch must be JSON'],
  ['addFault', { kind: 'patch', patch: '[{"op":"remove","path":"/journeys"}]' }, 'is active'],
  ['openCapsule', { capsule: '[' }, 'The capsule must be JSON'],
  ['clearFaults', {}, 'All fault rules are removed'],
  [
    'createMember',
    { email: 'new@example.com', attributes_json: '{"tier":"gold"}' },
    'new@example.com is created',
  ],
  ['createMember', { email: 'no email' }, 'email'],
  ['createMember', { email: 'new@example.com', attributes_json: '{' }, 'must be JSON'],
  ['removeMember', { email: 'ann@example.com' }, 'ann@example.com is removed'],
  ['putData', { seed: '{' }, 'the seed:1:2'],
  ['putData', { seed: 'journeys: 1' }, '/journeys'],
  ['putData', { seed: 'journeys:\n  - name: One\n' }, 'The site holds the data of the seed'],
  ['removeSite', {}, 'is removed'],
  ['removeSnapshot', { name: 'none' }, 'there is no snapshot "none"'],
  ['removeFault', { rule: 'fault-9' }, 'there is no fault rule fault-9'],
  ['clearRequests', {}, 'The request journal is empty'],
  ['clearRequests', { site: 'none' }, 'there is no site none'],
])('The button %s with %o says: %s', async (action, form, expected) => {
  await using sandbox = await testApp()
  const { status, to } = await act(sandbox, action, { ...form, back: '/sites' })
  expect(status).toBe(303)
  expect(words((await get(sandbox, to)).text)).toContain(expected)
})

describe('A request of the journal', () => {
  it('is shown with its response, and sent again with a fresh token', async () => {
    await using sandbox = await testApp()
    const site = sandbox.sites.get(SITE.site_id)
    await call(sandbox, 'ann@example.com')
    const [first] = site.requests.list()
    const shown = words((await get(sandbox, `${HOME}/requests/${first?.id}`)).text)
    expect(shown).toMatch(/Response 200 \{ "journeys" ?: \[/)
    expect(shown).toContain('application/json')
    const { to } = await act(sandbox, 'resend', { request: String(first?.id), back: `${HOME}/requests` })
    const [second] = site.requests.list()
    expect(second?.id).not.toBe(first?.id)
    expect(to).toMatch(new RegExp(`^${HOME}/requests/${second?.id}\\?notice=`))
    expect(words((await get(sandbox, to)).text)).toContain('The request was sent again')
    const { to: back } = await act(sandbox, 'resend', { request: 'req-zzz', back: '/sites' })
    expect(words((await get(sandbox, back)).text)).toContain('there is no request req-zzz')
  })

  it('is exported with all others, and the site as a seed, to those who have signed in', async () => {
    await using sandbox = await testApp({ config: { controlToken: 'open-sesame' } })
    await call(sandbox, 'ann@example.com')
    for (const [path, name, expected] of [
      ['requests.har', '9991331.har', { log: { entries: [{ request: { method: 'GET' } }] } }],
      ['data.json', '9991331.seed.json', { site: { site_id: '9991331' } }],
      ['capsule.json', '9991331.capsule.json', {}],
    ] as const) {
      expect((await get(sandbox, `${HOME}/${path}`)).status).toBe(401)
      const file = await get(sandbox, `${HOME}/${path}`, { authorization: 'Bearer open-sesame' })
      expect(file.headers['content-disposition']).toBe(`attachment; filename="${name}"`)
      expect(JSON.parse(file.text)).toMatchObject(expected)
    }
    await using off = await testApp({ config: { control: 'off' } })
    expect((await get(off, `${HOME}/data.json`)).status).toBe(409)
  })
})

test('The fault builder has every kind', async () => {
  await using sandbox = await testApp()
  const { text } = await get(sandbox, `${HOME}/faults`)
  const kinds = [...text.matchAll(/name="kind" value="(\w+)"/g)].map(found => found[1])
  expect(new Set(kinds)).toEqual(new Set(FAULT_KINDS))
})

test('The report is a grid of what was met, with a link to the first request of each', async () => {
  await using sandbox = await testApp()
  const site = sandbox.sites.get(SITE.site_id)
  site.faults.add({ match: { email: 'eve@example.com' }, fault: { kind: 'hang' } })
  expect(words((await get(sandbox, `${HOME}/report`)).text)).toContain('0 of ')
  await call(sandbox, 'ann@example.com')
  await call(sandbox, 'ann@example.com')
  await call(sandbox, 'nobody@example.com')
  const { text } = await get(sandbox, `${HOME}/report`)
  const first = site.requests.list().at(-1)
  expect(text).toContain(`<a class="met" href="${HOME}/requests/${first?.id}">2</a>`)
  expect(words(text)).toMatch(/404 AC1005 (?:○ not met )+1/)
  expect(words(text)).toMatch(/never fired .*fault-1 hang/)
  expect(words(text)).toContain('1 in all')
  const { to } = await act(sandbox, 'reset', { back: `${HOME}/report` })
  expect((await get(sandbox, to)).text).not.toContain('class="met"')
})

test('An unknown action and an empty form are refused', async () => {
  await using sandbox = await testApp()
  expect((await act(sandbox, 'explode')).status).toBe(404)
  expect((await act(sandbox, 'constructor')).status).toBe(404)
  expect((await sandbox.app.inject({ method: 'POST', url: '/actions/freeze' })).statusCode).toBeLessThan(500)
  expect((await sandbox.app.inject({ method: 'POST', url: '/sign-in' })).statusCode).toBeLessThan(500)
})
