// Stands for an application: it knows a base URL, a site and its secret, and nothing of the sandbox.
import { createHmac } from 'node:crypto'

const { LOYALTY_BASE_URL, LOYALTY_SITE_ID, LOYALTY_SECRET } = process.env
const email = 'held@example.com'

const sign = text => createHmac('sha256', LOYALTY_SECRET).update(text)
const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url')

const hmac = sign(Buffer.from(JSON.stringify(email)).toString('base64')).digest('base64')
const exp = Math.floor(Date.now() / 1000) + 60
const unsigned = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'loyalty-app', exp, site_id: LOYALTY_SITE_ID, hmac })}`

const response = await fetch(`${LOYALTY_BASE_URL}/user/${encodeURIComponent(email)}/journeys`, {
  headers: {
    Authorization: `Bearer ${unsigned}.${sign(unsigned).digest('base64url')}`,
    'X-AnnexCloud-Site': LOYALTY_SITE_ID,
    'Content-Type': 'application/json',
  },
})
if (!response.ok) throw new Error(`${response.status} ${response.headers.get('X-Sandbox-Explain')}`)

const { journeys } = await response.json()
for (const { name, rewards } of journeys) {
  process.stdout.write(`${name}: ${rewards.map(reward => `${reward.name} is ${reward.status}`).join(', ')}\n`)
}
