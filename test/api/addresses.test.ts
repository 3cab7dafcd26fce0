import { once } from 'node:events'
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressReader } from '../../src/api/addresses.ts'
import type { Subject } from '../../src/api/journal.ts'
import { addressOf, OPERATION_IDS, operations } from '../../src/contract/operations.ts'
import { testApp, withoutShortcuts } from '../support/app.ts'
import { id } from '../support/seeds.ts'

const PREFIX = '/api/3.0'

const subjectOf = ({ operation, identifier }: Subject) => ({ operation, identifier })

describe('What an address asks for', () => {
  let sandbox: Awaited<ReturnType<typeof testApp>>
  let server: ReturnType<typeof withoutShortcuts>
  let port: number
  const last: Subject[] = []
  const read = addressReader(PREFIX)

  beforeAll(async () => {
    sandbox = await testApp()
    server = withoutShortcuts({ sites: sandbox.sites, auth: 'off', faultHeader: false })
    server.addHook('onResponse', async ({ entry }, { statusCode }) => {
      if (statusCode !== 400 && entry.operation) last.push(subjectOf(entry))
    })
    port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port)
  })
  afterAll(async () => {
    await server.close()
    await sandbox.close()
  })

  /** What the router makes of an address; undefined when it, or the schema of the parameters, refuses it. */
  async function routed(path: string) {
    const [response] = await once(request({ port, host: '127.0.0.1', path }).end(), 'response')
    await once(response.resume(), 'end')
    return last.pop()
  }

  const findIn = (path: string) => {
    const asked = read(path)
    return asked && subjectOf(asked)
  }

  const operation = fc.constantFrom(...OPERATION_IDS)
  const identifiers = fc.record({
    email_id: fc.emailAddress(),
    journey_id: fc.oneof(
      fc.uuid(),
      fc.uuid().map(text => text.toUpperCase()),
    ),
  })

  it('is found where clients write it', async () => {
    const query = fc.constantFrom('', '?', '?a=b&c')
    await fc.assert(
      fc.asyncProperty(operation, identifiers, query, async (operation, identifiers, query) => {
        const { identifier: name } = operations[operation]
        const identifier = name ? identifiers[name] : undefined
        const path = `${PREFIX}${addressOf(operation, identifier)}${query}`
        expect(findIn(path)).toEqual({ operation, identifier })
        expect(await routed(path)).toEqual({ operation, identifier })
      }),
    )
    expect(findIn(`${PREFIX}/user/ann@example.com/journeys`)).toMatchObject({ identifier: 'ann@example.com' })
  })

  it('is never another than the router finds', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'/?#;%.@&=+~,:',
        '//',
        '%2F',
        '%2f',
        '%23',
        '%3F',
        '%25',
        '%2525',
        '%C3%A4',
        '%c3',
        '%zz',
        '..',
      ),
      fc.constantFrom(
        'journeys',
        'user',
        'user_journeys',
        id(1),
        'ann@example.com',
        'ANN%40example.com',
        '"a b"@example.com',
      ),
      fc.stringMatching(/^[!-~]{1,3}$/),
    )
    const garbled = fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join(''))
    const path = fc.oneof(
      fc.tuple(fc.constantFrom(PREFIX, `${PREFIX}/`, ''), garbled).map(parts => parts.join('')),
      fc
        .tuple(operation, garbled, garbled)
        .map(([of, text, more]) => `${PREFIX}${operations[of].path.replace(/:\w+/, () => text)}${more}`),
      fc
        .tuple(operation, fc.string({ unit: 'binary' }))
        .map(([of, text]) => `${PREFIX}${addressOf(of, text)}`),
    )
    let found = 0
    await fc.assert(
      fc.asyncProperty(path, async path => {
        if (!/^\/[!-~]*$/.test(path)) return
        const asked = findIn(path)
        if (asked) expect(await routed(path)).toEqual(asked)
        found += asked ? 1 : 0
      }),
      { numRuns: 5000 },
    )
    expect(found).toBeGreaterThan(100)
  })
})
