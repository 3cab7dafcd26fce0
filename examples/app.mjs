// Stands for an application that is started beside the sandbox.
import { loyaltyClient } from './loyalty-client.cjs'

const { LOYALTY_BASE_URL, LOYALTY_SITE_ID, LOYALTY_SECRET } = process.env
const client = loyaltyClient({ baseUrl: LOYALTY_BASE_URL, siteId: LOYALTY_SITE_ID, secret: LOYALTY_SECRET })

for (const { name, rewards } of await client.journeysOf('held@example.com')) {
  process.stdout.write(`${name}: ${rewards.map(reward => `${reward.name} is ${reward.status}`).join(', ')}\n`)
}
