import { verify } from '../src/auth/verify.ts'
import { type Spread, spreadOf } from './spread.ts'
import type { Workload } from './workload.ts'

type AuthRequest = Parameters<typeof verify>[0]
type AuthContext = Parameters<typeof verify>[1]

const BATCHES = 25
const CALLS_PER_BATCH = 2000
const WARM_UP_CALLS = 20_000

/** How long `auth.verify` takes for a valid token that is bound to an identifier, in microseconds: batches, in this process. */
export function measureVerify({ site, calls }: Workload): Spread {
  const requests: AuthRequest[] = Object.values(calls)
    .flat()
    .filter(({ identifier }) => identifier !== null)
    .map(({ headers, identifier }) => ({
      authorization: headers.Authorization,
      siteId: headers['X-AnnexCloud-Site'],
      identifier,
    }))
  const context: AuthContext = {
    findSite: siteId => (siteId === site.site_id ? site : undefined),
    now: Date.now() / 1000,
  }
  verifyInTurn(WARM_UP_CALLS, requests, context)
  return spreadOf(
    Array.from({ length: BATCHES }, () => {
      const start = performance.now()
      verifyInTurn(CALLS_PER_BATCH, requests, context)
      return ((performance.now() - start) * 1000) / CALLS_PER_BATCH
    }),
  )
}

function verifyInTurn(calls: number, requests: AuthRequest[], context: AuthContext): void {
  for (let call = 0; call < calls; call++) {
    const verdict = verify(requests[call % requests.length] as AuthRequest, context)
    if (!verdict.ok) throw new Error(`a valid token was refused: ${verdict.hint}`)
  }
}
