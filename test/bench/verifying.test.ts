import { describe, expect, it } from 'vitest'
import { callOf, SITE, send } from '../../bench/calls.ts'
import { readyHost } from '../../bench/life.ts'
import { start } from '../../bench/servers.ts'
import { signedHeaders, verifies } from '../../bench/token.ts'
import { temporaryFolder } from '../support/folder.ts'
import vectors from '../vectors/auth.json' with { type: 'json' }

const ANN = 'ann@example.com'

describe('The Fastify that the sandbox is compared with', () => {
  it('answers a ready string to a valid token, and refuses any other', async () => {
    const [list, call] = [callOf('getJourneys'), callOf('getMemberJourneys', ANN)]
    const answers = {
      [`GET ${list.path}`]: { status: 200, body: '{"journeys":[]}' },
      [`GET ${call.path}`]: { status: 200, body: '{"journeys":[1]}', identifier: ANN },
    }
    using folder = temporaryFolder()
    const file = folder.file('ready.json', JSON.stringify({ site: SITE, answers }))
    await using server = await start(readyHost(file))
    expect(await send(server.origin, call)).toEqual({ status: 200, body: '{"journeys":[1]}' })
    for (const headers of [
      {},
      signedHeaders(SITE, 'bob@example.com'),
      signedHeaders({ ...SITE, secret: 'another' }, ANN),
      signedHeaders({ ...SITE, site_id: '1' }, ANN),
      { ...signedHeaders(SITE, ANN), 'X-AnnexCloud-Site': '1' },
    ]) {
      await expect(send(server.origin, { ...call, headers })).rejects.toThrow(/: 401 /)
    }
  })

  it.each([
    ...['plain email', 'upper case is kept', 'journey uuid', 'sub is any string', 'expired', 'exp missing'],
    ...['site_id of another site', 'header names another site', 'hmac missing', 'hmac of another member'],
    ...['hmac over the literal, not its base64', 'signed with another secret', 'alg none', 'not a JWT'],
  ])('judges the vector "%s" as it has to', name => {
    const vector = vectors.vectors.find(candidate => candidate.name === name)
    const headers = {
      authorization: `Bearer ${vector?.token}`,
      'x-annexcloud-site': vector?.header_site,
    }
    expect(verifies(vectors, headers, vector?.identifier)).toBe(vector?.expect === 'accept')
  })
})
