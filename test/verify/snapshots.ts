import { frozenClock } from '../../src/clock.ts'
import type { SeedDocument } from '../../src/index.ts'
import { openLiveApi } from '../../src/verify/live-api.ts'
import { type SnapshotOptions, takeSnapshot } from '../../src/verify/snapshot.ts'
import { NOW } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { SITE } from '../support/seeds.ts'

/** Takes a snapshot of a server as fast as it can, at the moment at which the clocks of all tests stand. */
export async function taken(baseUrl: string, emails: string[], rest: Partial<SnapshotOptions> = {}) {
  using folder = temporaryFolder()
  const { site_id: siteId, secret } = SITE
  return await takeSnapshot({
    api: openLiveApi({ baseUrl, siteId, secret, rate: 100_000 }),
    emails,
    partial: folder.file('partial'),
    resume: true,
    anonymise: false,
    clock: frozenClock(NOW),
    ...rest,
  })
}

/** Every text in a value, the names of properties too, with the way to it. */
export function textsIn(value: unknown, way: string[] = []): { text: string; way: string[] }[] {
  if (typeof value === 'string') return [{ text: value, way }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : [{ text: name, way: [...way, 'its name'] }]),
    ...textsIn(inner, Array.isArray(value) ? way : [...way, name]),
  ])
}

export const emailsOf = (seed: SeedDocument): string[] => seed.members.map(({ email }) => email)
