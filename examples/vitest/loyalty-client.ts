import { signRequest } from 'journeys-sandbox'

export interface LoyaltyOptions {
  /** For example `https://s15.socialannex.net/api/3.0`; in a test, the sandbox's. */
  baseUrl: string
  siteId: string
  secret: string
  timeoutMs?: number
}

export interface Reward {
  node_id: string
  name: string
  status: 'held' | 'issued' | 'blocked'
  hold_end_datetime?: string
}

export interface MemberJourney {
  id: string
  name: string
  status: string
  rewards: Reward[]
}

export class LoyaltyUnavailable extends Error {
  override name = 'LoyaltyUnavailable'
}

export type LoyaltyClient = ReturnType<typeof loyaltyClient>

const TOKEN_SECONDS = 60
const ATTEMPTS = 2

/** A client as an application might have it: it signs, gives up on time, and tries again once. */
export function loyaltyClient({ baseUrl, siteId, secret, timeoutMs = 1000 }: LoyaltyOptions) {
  async function request(path: string, identifier: string): Promise<Response> {
    const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS
    return fetch(`${baseUrl}${path}`, {
      headers: signRequest({ site_id: siteId, secret, identifier, exp, sub: 'loyalty-app' }).headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
  }

  async function get(path: string, identifier: string): Promise<unknown> {
    let reason: unknown
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        const response = await request(path, identifier)
        if (response.status === 404) return undefined
        if (response.ok) return await response.json()
        reason = `it answered ${response.status}`
        if (response.status < 500) break
      } catch (error) {
        reason = error
      }
    }
    throw new LoyaltyUnavailable(`the loyalty API failed: ${reason}`, { cause: reason })
  }

  return {
    /** The member's journeys; none when there is no such member. */
    async journeysOf(email: string): Promise<MemberJourney[]> {
      const body = await get(`/user/${encodeURIComponent(email)}/journeys`, email)
      return (body as { journeys: MemberJourney[] } | undefined)?.journeys ?? []
    },
    /** The rewards that the member has to wait for. */
    async heldRewards(email: string): Promise<Reward[]> {
      const journeys = await this.journeysOf(email)
      return journeys.flatMap(({ rewards }) => rewards.filter(({ status }) => status === 'held'))
    },
  }
}
