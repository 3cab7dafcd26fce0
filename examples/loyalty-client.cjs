// Stands for the code of an application: it knows a base URL, a site and its secret, and nothing of the sandbox.
const { createHmac } = require('node:crypto')

const TOKEN_SECONDS = 60
const ATTEMPTS = 2

/**
 * @typedef {object} LoyaltyOptions
 * @property {string} baseUrl For example `https://s15.socialannex.net/api/3.0`; in a test, the sandbox's.
 * @property {string} siteId
 * @property {string} secret
 * @property {number} [timeoutMs]
 *
 * @typedef {object} Reward
 * @property {string} node_id
 * @property {string} name
 * @property {'held' | 'issued' | 'blocked'} status
 * @property {string} [hold_end_datetime]
 *
 * @typedef {object} MemberJourney
 * @property {string} id
 * @property {string} name
 * @property {string} status
 * @property {Reward[]} rewards
 *
 * @typedef {ReturnType<typeof loyaltyClient>} LoyaltyClient
 */

class LoyaltyUnavailable extends Error {
  name = 'LoyaltyUnavailable'
}

/**
 * A client that signs its requests, gives up when an answer takes too long, and tries once more.
 * @param {LoyaltyOptions} options
 */
function loyaltyClient({ baseUrl, siteId, secret, timeoutMs = 2000 }) {
  /** @param {string} identifier */
  function headersFor(identifier) {
    const sign = (/** @type {string} */ text) => createHmac('sha256', secret).update(text)
    const encode = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const hmac = sign(Buffer.from(JSON.stringify(identifier)).toString('base64')).digest('base64')
    const exp = Math.floor(Date.now() / 1000) + TOKEN_SECONDS
    const header = encode({ alg: 'HS256', typ: 'JWT' })
    const unsigned = `${header}.${encode({ sub: 'loyalty-app', exp, site_id: siteId, hmac })}`
    return {
      Authorization: `Bearer ${unsigned}.${sign(unsigned).digest('base64url')}`,
      'X-AnnexCloud-Site': siteId,
      'Content-Type': 'application/json',
    }
  }

  /** @param {string} path @param {string} identifier */
  async function get(path, identifier) {
    let reason
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        const signal = AbortSignal.timeout(timeoutMs)
        const response = await fetch(`${baseUrl}${path}`, { headers: headersFor(identifier), signal })
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
    /**
     * The member's journeys; none for an unknown member.
     * @param {string} email
     * @returns {Promise<MemberJourney[]>}
     */
    async journeysOf(email) {
      const body = await get(`/user/${encodeURIComponent(email)}/journeys`, email)
      return body?.journeys ?? []
    },
    /**
     * The rewards that the member has to wait for.
     * @param {string} email
     * @returns {Promise<Reward[]>}
     */
    async heldRewards(email) {
      const journeys = await this.journeysOf(email)
      return journeys.flatMap(({ rewards }) => rewards.filter(({ status }) => status === 'held'))
    },
  }
}

module.exports = { LoyaltyUnavailable, loyaltyClient }
