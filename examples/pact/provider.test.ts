import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Verifier } from '@pact-foundation/pact'
import { type SandboxSite, signRequest, startSandbox } from 'journeys-sandbox'
import { expect, test } from 'vitest'
import pact from './loyalty-app.json' with { type: 'json' }

test('the sandbox keeps its part of the pact with loyalty-app', async () => {
  await using sandbox = await startSandbox({ seed: 'empty' })
  const [site] = sandbox.sites() as [SandboxSite]

  const verified = await new Verifier({
    provider: pact.provider.name,
    providerBaseUrl: sandbox.url,
    pactUrls: [fileURLToPath(new URL('loyalty-app.json', import.meta.url))],
    // Sets up and tears down the states that the pact names, on the first site; what it generates (an email, a journey
    // id) goes into the paths of the pact. Of the way Pact prefers, `stateHandlers`, this is the half already written.
    providerStatesSetupUrl: `${sandbox.origin}/_sandbox/provider-states`,
    requestFilter: addCredentials(site),
    logLevel: 'error',
  }).verifyProvider()

  const { interactionResults } = JSON.parse(verified) as { interactionResults: { result: string }[] }
  expect(interactionResults.map(({ result }) => result)).toEqual(pact.interactions.map(() => 'OK'))
  expect(site.faults.list()).toEqual([])
})

/** The consumer that wrote the pact had a token of its own, which is in no pact: it is added here, for this site. */
function addCredentials({ site_id, secret }: SandboxSite) {
  return (request: IncomingMessage, _response: ServerResponse, next: () => void) => {
    const identifier = identifierIn(request.url ?? '')
    const exp = Math.floor(Date.now() / 1000) + 60
    for (const [name, value] of Object.entries(signRequest({ site_id, secret, identifier, exp }).headers)) {
      request.headers[name.toLowerCase()] = value
    }
    next()
  }
}

/** What a token is bound to: the email or the journey id in the path, decoded. */
function identifierIn(path: string): string | undefined {
  const [, segment] = /^\/(?:user|user_journeys|journeys)\/([^/?]+)/.exec(path) ?? []
  return segment === undefined ? undefined : decodeURIComponent(segment)
}
